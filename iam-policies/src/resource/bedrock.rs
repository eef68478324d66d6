//! What a model id names.
//!
//! A variable may hold the id of a foundation model (`anthropic.claude-3-haiku-20240307-v1:0`), of
//! an inference profile that routes to several regions (`eu.anthropic...`), or an ARN. A profile
//! needs a permission on itself and one on the model in every region it routes to; the latter can
//! be limited to calls through the profile ([cross-region
//! inference](https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html)).

use ops_enums::iam::ResourceType;

use super::{Deployment, Identity, Target, template};
use crate::grant::Conditions;

/// First parts of the ids of system-defined profiles.
const GEOGRAPHIES: &[&str] = &["us", "us-gov", "eu", "apac", "au", "ca", "jp", "global"];

pub(super) fn targets(kind: &ResourceType, identity: &Identity, at: &Deployment) -> Vec<Target> {
    let of = |kind: &ResourceType, name: &str| {
        template::filled(kind.arn, "ResourceId", &[name.into()], at).map(Target::plain)
    };
    let model = routed_model(&identity.name);
    let named = match (identity.kind, model) {
        (Some(kind), _) => kind,
        (None, Some(_)) => "inference-profile",
        (None, None) => "foundation-model",
    };
    if kind.name == named {
        return of(kind, &identity.name).into_iter().collect();
    }
    let routes = matches!(named, "inference-profile" | "application-inference-profile");
    if kind.name != "foundation-model" || !routes {
        return Vec::new();
    }
    let anywhere = Deployment { region: Some("*".to_owned()), ..at.clone() };
    let name = model.unwrap_or("*");
    let Some(arn) = template::filled(kind.arn, "ResourceId", &[name.into()], &anywhere) else {
        return Vec::new();
    };
    vec![Target {
        arn,
        conditions: through(named, identity, at),
        remark: Some("a profile routes to models in several regions".to_owned()),
    }]
}

/// Only through the profile.
fn through(kind: &str, identity: &Identity, at: &Deployment) -> Conditions {
    let form =
        format!("arn:${{Partition}}:bedrock:${{Region}}:${{Account}}:{kind}/${{ResourceId}}");
    let arn = template::filled(&form, "ResourceId", &[identity.name.as_str().into()], at);
    let key = ("ArnEquals".to_owned(), "bedrock:InferenceProfileArn".to_owned());
    arn.map(|arn| (key, [arn].into())).into_iter().collect()
}

/// The model behind the id of a system-defined profile.
fn routed_model(id: &str) -> Option<&str> {
    let (geography, model) = id.split_once('.')?;
    (GEOGRAPHIES.contains(&geography) && model.contains('.')).then_some(model)
}

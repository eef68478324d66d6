//! From the value of a variable to the ARNs that a policy names.
//!
//! A value is a name, a queue's URL, or an ARN. Each resource type has an ARN with placeholders; a
//! value stands for one of them (`${TableName}`), the placeholders that are part of it become `*`
//! (`table/files/index/*`). Nothing of a value gets into an ARN that is not a valid name there: no
//! wildcard, no quote, no policy variable.

mod bedrock;
mod names;
mod template;
mod value;

pub use value::Invalid;
pub(crate) use value::{Identity, service_of};

use ops_enums::iam::ResourceType;

use crate::arn::{Arn, Parameter, Part};
use crate::grant::Conditions;

/// Where a deployment is, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deployment {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: Option<String>,
    /// `eu-west-1`
    pub region: Option<String>,
    /// Twelve digits.
    pub account: Option<String>,
}

/// What a permission is on, for one value and one resource type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) arn: Arn,
    pub(crate) conditions: Conditions,
    /// What is to be said about it.
    pub(crate) remark: Option<String>,
}

impl Target {
    fn plain(arn: Arn) -> Self {
        Self { arn, conditions: Conditions::new(), remark: None }
    }
}

impl Deployment {
    /// What is not known is known from the identity, then taken from here, then left open.
    fn with(&self, identity: &Identity) -> Self {
        let or = |own: &Option<String>, other: &Option<String>| own.clone().or(other.clone());
        let of_region = identity.region.as_deref().map(|region| partition_of(region).to_owned());
        Self {
            partition: or(&identity.partition, &of_region).or(self.implied_partition()),
            region: or(&identity.region, &self.region),
            account: or(&identity.account, &self.account),
        }
    }

    /// The partition, which follows from the region where it is not given.
    #[must_use]
    pub fn implied_partition(&self) -> Option<String> {
        self.partition.clone().or_else(|| {
            let region = self.region.as_deref()?;
            Some(partition_of(region).to_owned())
        })
    }

    pub(crate) fn part(&self, name: &str) -> Part {
        let (known, open) = match name {
            "Partition" => (self.implied_partition(), Part::Partition),
            "Region" => (self.region.clone(), Part::Region),
            _ => (self.account.clone(), Part::Account),
        };
        known.map_or(open, Part::Text)
    }
}

/// [Partitions](https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html)
/// by the first part of a region's name.
fn partition_of(region: &str) -> &'static str {
    match region.split_once('-').map(|(first, rest)| (first, rest.split('-').next())) {
        Some(("cn", _)) => "aws-cn",
        Some(("us", Some("gov"))) => "aws-us-gov",
        Some(("us", Some("iso"))) => "aws-iso",
        Some(("us", Some("isob"))) => "aws-iso-b",
        Some(("us", Some("isof"))) => "aws-iso-f",
        Some(("eu", Some("isoe"))) => "aws-iso-e",
        Some(("eusc", _)) => "aws-eusc",
        _ => "aws",
    }
}

/// The ARNs of one type that a value stands for; none where the value is of another kind.
pub(crate) fn targets(kind: &ResourceType, identity: &Identity, at: &Deployment) -> Vec<Target> {
    let at = at.with(identity);
    if kind.service == "bedrock" && identity.placeholder == "ResourceId" {
        return bedrock::targets(kind, identity, &at);
    }
    if let Some(part) = identity.part.as_deref()
        && identity.kind == Some(kind.name)
        && kind.service != "lambda"
    {
        return template::exactly(kind.arn, part, &at).map(Target::plain).into_iter().collect();
    }
    let Some(base) =
        template::filled(kind.arn, identity.placeholder, &[identity.name.as_str().into()], &at)
    else {
        return Vec::new();
    };
    match (kind.service, identity.placeholder) {
        ("secretsmanager", "SecretId") => secret(identity, base),
        ("kms", "KeyId") if identity.name.starts_with("alias/") => alias(kind, identity, &at),
        ("lambda", "FunctionName") => function(kind, identity, base),
        ("logs", "LogGroupName") if kind.name == "log-group" => {
            vec![with_suffix(&base, ":*"), Target::plain(base)]
        }
        _ => vec![Target::plain(base)],
    }
}

/// The ARN of one type where nobody knows the value yet. `None` if the type has no such part.
pub(crate) fn open(kind: &ResourceType, parameter: Parameter, at: &Deployment) -> Option<Target> {
    let placeholder = names::placeholder_of(kind)?;
    let mut parts = vec![Part::Parameter(parameter)];
    let mut remark = None;
    if kind.service == "secretsmanager" {
        parts.push("-??????".into());
        remark = Some(SUFFIX.to_owned());
    }
    let arn = template::filled(kind.arn, placeholder, &parts, at)?;
    Some(Target { remark, ..Target::plain(arn) })
}

/// The ARN of a parameter; `None` if the path is not one of a parameter.
pub(crate) fn parameter(path: &[Part], at: &Deployment) -> Option<Arn> {
    const NAME: &str = "ParameterNameWithoutLeadingSlash";
    let is_valid =
        |part: &Part| !matches!(part, Part::Text(text) if !names::has_valid_letters(NAME, text));
    let kind = ops_enums::iam::resource_type("ssm", "parameter")?;
    path.iter().all(is_valid).then(|| template::filled(kind.arn, NAME, path, at)).flatten()
}

/// Whether a text means nothing but itself in a policy.
pub(crate) fn is_plain(text: &str) -> bool {
    names::is_valid("", text)
}

/// `eu-west-1`: nothing else may get from a record into an ARN.
pub(crate) fn is_region(text: &str) -> bool {
    text.contains('-')
        && text.len() <= 32
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether a value is the name or ARN of what a variable of the service usually holds: of a table
/// for `dynamodb`, of a role for `iam`.
///
/// # Errors
///
/// [`Invalid`], which says what it is instead.
pub fn is_named(service: &'static str, value: &str) -> Result<(), Invalid> {
    let identity = Identity::read(service, value, None)?;
    match names::usual(service) == Some(identity.placeholder) {
        true => Ok(()),
        false => Err(Invalid::Arn { service }),
    }
}

/// In words, what a value of a type is: `name of the table`.
pub(crate) fn what(kind: &ResourceType) -> String {
    names::placeholder_of(kind).map_or_else(|| format!("ARN of the {}", kind.name), names::words)
}

/// Whether a variable of this type's service usually holds what names the type.
pub(crate) fn is_usual(kind: &ResourceType) -> bool {
    let usual = names::usual(kind.service);
    let fits = usual.is_some_and(|usual| template::has(kind.arn, usual));
    fits && (kind.service != "bedrock" || kind.name == "foundation-model")
}

/// What a plain name stands for where the types asked for are not what is usual for the service: the
/// part that they have in common.
pub(crate) fn fallback<'k>(kinds: impl Iterator<Item = &'k ResourceType>) -> Option<&'static str> {
    let mut common = None;
    for kind in kinds {
        let own = names::placeholder_of(kind)?;
        if names::usual(kind.service) == Some(own) || *common.get_or_insert(own) != own {
            return None;
        }
    }
    common
}

const SUFFIX: &str = "the six `?` stand for the random characters that Secrets Manager puts behind \
    a secret's name";

fn secret(identity: &Identity, base: Arn) -> Vec<Target> {
    let suffixed = Target { remark: Some(SUFFIX.to_owned()), ..with_suffix(&base, "-??????") };
    match value::secret_suffix(identity) {
        value::Suffix::Missing => vec![suffixed],
        value::Suffix::There => vec![Target::plain(base)],
        value::Suffix::Unclear => vec![Target::plain(base), suffixed],
    }
}

/// An alias is no resource of the calls that use a key; a condition limits them to its key.
fn alias(kind: &ResourceType, identity: &Identity, at: &Deployment) -> Vec<Target> {
    let Some(arn) = template::filled(kind.arn, "KeyId", &["*".into()], at) else {
        return Vec::new();
    };
    let key = ("ForAnyValue:StringEquals".to_owned(), "kms:ResourceAliases".to_owned());
    vec![Target {
        arn,
        conditions: Conditions::from([(key, [Arn::from(identity.name.as_str())].into())]),
        remark: Some(
            "any key, but only the one that has the alias: a policy cannot name it".to_owned(),
        ),
    }]
}

/// A qualified name is its own resource.
fn function(kind: &ResourceType, identity: &Identity, base: Arn) -> Vec<Target> {
    match (&identity.qualifier, kind.name) {
        (Some(qualifier), "function") => vec![with_suffix(&base, &format!(":{qualifier}"))],
        (Some(_), "function alias" | "function version") => Vec::new(),
        _ => vec![Target::plain(base)],
    }
}

fn with_suffix(arn: &Arn, suffix: &str) -> Target {
    Target::plain(Arn::new(arn.0.iter().cloned().chain([suffix.into()])))
}

#[cfg(test)]
mod tests;

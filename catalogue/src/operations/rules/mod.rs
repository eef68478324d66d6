//! What an operation acts on and how its call takes the resource: rules over input members,
//! reviewed by hand.
//!
//! AWS publishes neither, so this table is a judgement. The members of a service are tried in the
//! order given, first among the required members of the input, then among the optional ones; the
//! first that is there decides. What members cannot tell is listed by name.

mod by_name;
mod members;

use self::members::Holds::{CallersId, Value};
use self::members::{Holds, Rule};
use crate::operations::model::{ApiOperation, Member};

/// How the call takes the variable's resource, as a variant of `ops_enums::Target`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Member(String),
    Nested,
    None,
}

/// What an operation acts on, and how its call takes the variable's resource. `api` is botocore's
/// name of the service.
pub(crate) fn judge(api: &str, operation: &ApiOperation) -> (&'static str, Target) {
    if let Some(known) = by_name::judge(api, &operation.name) {
        return known;
    }
    if api == "events" {
        return event(operation);
    }
    if api == "ssm" && operation.name.contains("Parameter") {
        return parameter(operation);
    }
    let Some((member, resource, holds)) = first(operation, members::of(api)) else {
        return ("Account", Target::None);
    };
    match (api, holds) {
        ("s3", _) if has_required(operation, "Key") => {
            ("Object", Target::Member(member.name.clone()))
        }
        // As an object is named beside its bucket.
        ("logs", Value) if has_required(operation, "logStreamName") => {
            ("LogStream", Target::Member(member.name.clone()))
        }
        // Tags and policies may be a parameter's. Of Systems Manager's other resources an
        // `SsmParameter` is none.
        ("ssm", _) if resource != "ByArn" => (resource, Target::None),
        (_, CallersId) => (resource, Target::Nested),
        (_, Value) => (resource, Target::Member(member.name.clone())),
    }
}

/// The first rule whose member is required, else the first whose member is there at all.
fn first<'o>(
    operation: &'o ApiOperation,
    rules: &[Rule],
) -> Option<(&'o Member, &'static str, Holds)> {
    let with = |required: bool| {
        rules.iter().find_map(|(name, resource, holds)| {
            operation
                .members
                .iter()
                .find(|member| member.name == *name && member.text && member.required == required)
                .map(|member| (member, *resource, *holds))
        })
    };
    with(true).or_else(|| with(false))
}

fn has_required(operation: &ApiOperation, name: &str) -> bool {
    operation.members.iter().any(|member| member.name == name && member.required)
}

/// The operations of Parameter Store take a name, names or a path.
fn parameter(operation: &ApiOperation) -> (&'static str, Target) {
    let member = ["Name", "Names", "Path"].into_iter().find(|name| has_required(operation, name));
    ("Parameter", member.map_or(Target::None, |name| Target::Member(name.to_owned())))
}

/// Nearly everything of EventBridge is called `Name`; the operation says what it is the name of.
fn event(operation: &ApiOperation) -> (&'static str, Target) {
    const ABOUT: &[(&str, &str)] = &[
        ("Archive", "EventArchive"),
        ("Replay", "EventArchive"),
        ("ApiDestination", "EventConnection"),
        ("Connection", "EventConnection"),
        ("EventSource", "EventSource"),
        ("Partner", "EventSource"),
        ("Endpoint", "EventEndpoint"),
    ];
    let bus = || Target::Member("EventBusName".to_owned());
    let name = &operation.name;
    if let Some((_, resource)) = ABOUT.iter().find(|(word, _)| name.contains(word)) {
        return if operation.members.iter().any(|member| member.required) {
            (resource, Target::Nested)
        } else {
            ("Account", Target::None)
        };
    }
    match first(operation, members::of("events")) {
        Some((_, resource, CallersId)) => (resource, Target::Nested),
        // A rule is named beside its bus.
        Some(_) if name.ends_with("Rule") || name.ends_with("Targets") => ("Rule", bus()),
        Some((member, resource, Value)) => (resource, Target::Member(member.name.clone())),
        None => ("Account", Target::None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(name: &str, members: &[(&str, bool)]) -> ApiOperation {
        ApiOperation {
            name: name.to_owned(),
            members: members
                .iter()
                .map(|(name, required)| Member {
                    name: (*name).to_owned(),
                    required: *required,
                    text: true,
                })
                .collect(),
        }
    }

    fn member(name: &str) -> Target {
        Target::Member(name.to_owned())
    }

    #[test]
    fn what_is_named_beside_the_variable_is_part_of_it() {
        let rule = operation("PutRule", &[("Name", true), ("EventBusName", false)]);
        assert_eq!(judge("events", &rule), ("Rule", member("EventBusName")));
        let bus = operation("DeleteEventBus", &[("Name", true)]);
        assert_eq!(judge("events", &bus), ("EventBus", member("Name")));
        let archive = operation("DeleteArchive", &[("ArchiveName", true)]);
        assert_eq!(judge("events", &archive), ("EventArchive", Target::Nested));
        let write = operation("PutLogEvents", &[("logGroupName", true), ("logStreamName", true)]);
        assert_eq!(judge("logs", &write), ("LogStream", member("logGroupName")));
    }

    #[test]
    fn a_required_member_decides_before_an_optional_one() {
        let both =
            operation("UpdateEventSourceMapping", &[("FunctionName", false), ("UUID", true)]);
        assert_eq!(judge("lambda", &both), ("EventSourceMapping", Target::Nested));
        let only = operation("ListEventSourceMappings", &[("FunctionName", false)]);
        assert_eq!(judge("lambda", &only), ("Function", member("FunctionName")));
    }

    #[test]
    fn a_key_makes_it_an_object() {
        let get = operation("GetObject", &[("Bucket", true), ("Key", true)]);
        assert_eq!(judge("s3", &get), ("Object", member("Bucket")));
        let list = operation("ListObjectsV2", &[("Bucket", true), ("Prefix", false)]);
        assert_eq!(judge("s3", &list), ("Bucket", member("Bucket")));
    }

    #[test]
    fn a_member_for_another_kind_of_resource_is_the_callers() {
        for (api, member, resource) in [
            ("cognito-idp", "ClientId", "UserPoolClient"),
            ("lambda", "LayerName", "Layer"),
            ("bedrock-runtime", "guardrailIdentifier", "Guardrail"),
            ("dynamodbstreams", "StreamArn", "Stream"),
        ] {
            let other = operation("Other", &[(member, true)]);
            assert_eq!(judge(api, &other), (resource, Target::Nested));
        }
    }

    #[test]
    fn only_parameters_take_a_parameter() {
        let get = operation("GetParameters", &[("Names", true)]);
        assert_eq!(judge("ssm", &get), ("Parameter", member("Names")));
        let document = operation("GetDocument", &[("Name", true)]);
        assert_eq!(judge("ssm", &document), ("Document", Target::None));
    }

    #[test]
    fn an_operation_that_names_nothing_acts_on_the_account() {
        let list = operation("ListTables", &[("ExclusiveStartTableName", false)]);
        assert_eq!(judge("dynamodb", &list), ("Account", Target::None));
    }

    #[test]
    fn a_member_that_cannot_carry_a_name_does_not_count() {
        let mut odd = operation("OddOne", &[("TableName", true)]);
        odd.members[0].text = false;
        assert_eq!(judge("dynamodb", &odd), ("Account", Target::None));
    }
}

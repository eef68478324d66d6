//! What a value names.

use ops_enums::iam::{self, ResourceType};

use super::{names, template};

/// What a value names, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) partition: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) account: Option<String>,
    /// The placeholder that the name stands for: `TableName`.
    pub(crate) placeholder: &'static str,
    pub(crate) name: String,
    /// The type that an ARN is of.
    pub(crate) kind: Option<&'static str>,
    /// All behind the account, where the ARN says more than the name: `table/files/index/by-owner`.
    pub(crate) part: Option<String>,
    /// Version or alias of a function.
    pub(crate) qualifier: Option<String>,
}

/// Why a value names nothing that a policy could be on. The value itself is not repeated: it may be
/// anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// Characters or length are not those of a name.
    #[error(
        "the value cannot be the {what}: it has characters or a length that AWS does not accept"
    )]
    Name {
        /// What was expected: `name of the table`.
        what: &'static str,
    },
    /// An ARN of another service, or no complete one.
    #[error("the value is an ARN, but not of a resource of `{service}` that is known here")]
    Arn {
        /// IAM prefix of the operations.
        service: &'static str,
    },
    /// A URL that is not one of a queue.
    #[error("the value is a URL, but not the URL of a queue")]
    Url,
}

/// The IAM prefix of the service that a value points to by itself: an ARN or a queue's URL.
pub(crate) fn service_of(value: &str) -> Option<&str> {
    if value.starts_with("https://") || value.starts_with("http://") {
        return queue(value).map(|_| "sqs");
    }
    let mut fields = value.splitn(6, ':');
    (fields.next() == Some("arn")).then(|| fields.nth(1)).flatten()
}

impl Identity {
    /// Reads a value for operations of one service. `fallback` is the placeholder to take where the
    /// operations are on another kind of resource than is usual for the service.
    pub(crate) fn read(
        service: &'static str,
        value: &str,
        fallback: Option<&'static str>,
    ) -> Result<Self, Invalid> {
        let identity = if let Some(arn) = value.strip_prefix("arn:") {
            of_arn(service, arn).ok_or(Invalid::Arn { service })?
        } else if value.starts_with("http://") || value.starts_with("https://") {
            queue(value).filter(|_| service == "sqs").ok_or(Invalid::Url)?
        } else {
            of_name(service, value, fallback)
        };
        let is_part = identity.part.as_deref().is_none_or(|part| names::is_valid("", part));
        if is_part && names::is_valid(identity.placeholder, &identity.name) {
            Ok(identity)
        } else {
            Err(Invalid::Name { what: what(identity.placeholder) })
        }
    }
}

fn what(placeholder: &'static str) -> &'static str {
    match placeholder {
        "TableName" => "name of a table",
        "BucketName" => "name of a bucket",
        "QueueName" => "name or URL of a queue",
        "SecretId" => "name of a secret",
        "ParameterNameWithoutLeadingSlash" => "name of a parameter",
        "FunctionName" => "name of a function",
        "UserPoolId" => "id of a user pool",
        _ => "name or id of such a resource",
    }
}

fn of_name(service: &'static str, value: &str, fallback: Option<&'static str>) -> Identity {
    let placeholder = fallback.or_else(|| names::usual(service)).unwrap_or("");
    let mut identity = Identity { placeholder, name: value.to_owned(), ..Identity::default() };
    match placeholder {
        // Selectors of a version or label are no part of the resource.
        "ParameterNameWithoutLeadingSlash" => {
            let name = value.split_once(':').map_or(value, |(name, _)| name);
            name.trim_start_matches('/').clone_into(&mut identity.name);
        }
        "FunctionName" => return function_name(value, identity),
        _ => {}
    }
    identity
}

/// `name`, `name:qualifier`, or the partial ARN `123456789012:function:name`.
fn function_name(value: &str, mut identity: Identity) -> Identity {
    let mut rest = value;
    if let Some((account, name)) = value.split_once(":function:")
        && is_account(account)
    {
        identity.account = Some(account.to_owned());
        rest = name;
    }
    qualified(rest, &mut identity);
    identity
}

fn qualified(name: &str, identity: &mut Identity) {
    match name.split_once(':') {
        Some((name, qualifier)) if is_qualifier(qualifier) => {
            name.clone_into(&mut identity.name);
            identity.qualifier = Some(qualifier.to_owned());
        }
        _ => name.clone_into(&mut identity.name),
    }
}

fn is_qualifier(text: &str) -> bool {
    text == "$LATEST" || names::is_valid("FunctionName", text)
}

/// An ARN without its `arn:`.
fn of_arn(service: &'static str, arn: &str) -> Option<Identity> {
    let fields: Vec<&str> = arn.splitn(5, ':').collect();
    let [partition, of, region, account, resource] = fields.as_slice() else { return None };
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if *of != service
        || !partition.starts_with("aws")
        || ![*partition, *region, *account].iter().all(|t| plain(t))
    {
        return None;
    }
    if !account.is_empty() && !is_account(account) {
        return None;
    }
    let (kind, name) = kind_of(service, resource)?;
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut identity = Identity {
        partition: filled(partition),
        region: filled(region),
        account: filled(account),
        placeholder: names::placeholder_of(kind)?,
        name: name.to_owned(),
        kind: Some(kind.name),
        part: (template::names(kind.arn) > 1).then(|| (*resource).to_owned()),
        qualifier: None,
    };
    if let Some(qualified_name) = resource.strip_prefix("function:").filter(|_| service == "lambda")
    {
        qualified(qualified_name, &mut identity);
    }
    if kind.name == "alias" && service == "kms" {
        identity.placeholder = "KeyId";
        identity.name = format!("alias/{name}");
    }
    Some(identity)
}

/// The type that fits best, and what stands for its placeholder.
fn kind_of<'v>(service: &str, resource: &'v str) -> Option<(&'static ResourceType, &'v str)> {
    // What `DescribeLogGroups` gives ends in `:*`.
    let resource = resource.strip_suffix(":*").filter(|_| service == "logs").unwrap_or(resource);
    let types = iam::resource_types_of(service).iter().filter(|kind| kind.service == service);
    types
        .filter_map(|kind| {
            template::matched(kind.arn, resource).map(|(name, fit)| (*kind, name, fit))
        })
        .max_by_key(|(kind, _, fit)| (*fit, std::cmp::Reverse(kind.arn.len())))
        .map(|(kind, name, _)| (kind, name))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A queue's URL: `https://sqs.{region}.amazonaws.com/{account}/{name}`, its older forms, and those
/// of emulators ([queue
/// identifiers](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html)).
fn queue(url: &str) -> Option<Identity> {
    let (_, rest) = url.split_once("://")?;
    let mut parts = rest.split('/');
    let (host, account, name) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !is_account(account) {
        return None;
    }
    let labels: Vec<&str> = host.split('.').collect();
    let region = match labels.as_slice() {
        ["sqs", region, "amazonaws", "com"] | [region, "queue", "amazonaws", "com"] => {
            Some(*region)
        }
        ["sqs", region, "amazonaws", "com", "cn"] => Some(*region),
        ["queue", "amazonaws", "com"] => Some("us-east-1"),
        _ => None,
    };
    Some(Identity {
        region: region.filter(|region| names::is_valid("FunctionName", region)).map(str::to_owned),
        account: Some(account.to_owned()),
        placeholder: "QueueName",
        name: name.to_owned(),
        kind: Some("queue"),
        ..Identity::default()
    })
}

/// Whether a secret's ARN ends with the six characters that Secrets Manager adds.
pub(super) enum Suffix {
    Missing,
    There,
    /// Six lower-case letters may be either.
    Unclear,
}

pub(super) fn secret_suffix(identity: &Identity) -> Suffix {
    let end = identity.name.rsplit_once('-').map_or("", |(_, end)| end);
    if identity.kind.is_none() || end.len() != 6 || !end.bytes().all(|b| b.is_ascii_alphanumeric())
    {
        Suffix::Missing
    } else if end.bytes().all(|b| b.is_ascii_lowercase()) {
        Suffix::Unclear
    } else {
        Suffix::There
    }
}

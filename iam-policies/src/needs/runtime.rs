//! What the runtime itself needs in a function: its parameters, their decryption, the tracking
//! table; and what every function may have: its logs, its traces.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ops_enums::iam;

use super::targets::places;
use super::{Needed, Options, asker, key_of};
use crate::arn::{Arn, Parameter, Part};
use crate::grant::{Asker, Conditions, On, Permission, Reason, Reasons};
use crate::model::Usage;
use crate::resource::{self, Deployment, Identity};

/// Which runtime a service's functions have: they make different calls.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Runtime {
    /// Reads parameters in tens, decrypted; tracks with `BatchGetItem` and `UpdateItem`.
    Rust,
    /// The Python decorator: `GetParameter`, `GetItem`, then `UpdateItem` or `PutItem`.
    Other,
}

impl Runtime {
    fn of(usage: &Usage) -> Self {
        if usage.function.is_some() { Self::Rust } else { Self::Other }
    }

    fn parameters(self) -> &'static str {
        match self {
            Self::Rust => "ssm:GetParameters",
            Self::Other => "ssm:GetParameter",
        }
    }

    fn tracking(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &["dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
            Self::Other => &["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
        }
    }
}

/// Adds the runtime's needs, service by service.
pub(super) fn add(usages: &[&Usage], options: &Options, needed: &mut Needed) {
    let mut services: BTreeMap<(Option<&str>, Runtime), Vec<&Usage>> = BTreeMap::new();
    for usage in usages {
        services.entry((usage.service.as_deref(), Runtime::of(usage))).or_default().push(usage);
    }
    for ((service, runtime), usages) in services {
        parameters(&usages, runtime, options, needed);
        tracking(service, runtime, &usages, options, needed);
    }
    if options.tracking_table.is_none() {
        needed.note("runtime", "the tracking table is not included: name it with --tracking-table");
    }
}

fn runtime_reason(by: &Arc<Asker>, operation: &str, remark: &str) -> Reason {
    let operation = format!("the runtime: {operation}");
    Reason { by: by.clone(), operation, remark: Some(remark.to_owned()) }
}

/// No variable of it, but the service itself, or one of its Lambdas.
fn no_variable(usage: &Usage, lambda: Option<&str>) -> Arc<Asker> {
    Arc::new(Asker {
        service: usage.service.clone(),
        lambda: lambda.map(str::to_owned),
        ..Asker::default()
    })
}

const WHOSE: [&str; 2] = ["the service's own parameter", "the shared parameter"];

/// Parameters, and their decryption.
fn parameters(usages: &[&Usage], runtime: Runtime, options: &Options, needed: &mut Needed) {
    let action = runtime.parameters();
    let mut decrypted: BTreeMap<Deployment, (BTreeSet<Arn>, Reasons)> = BTreeMap::new();
    for usage in usages {
        let paths = match paths(usage, options) {
            Ok(paths) => paths,
            Err(what) => {
                needed.gap(&key_of(usage), what);
                continue;
            }
        };
        let by = asker(usage);
        for at in places(usage, options) {
            let arns: Option<Vec<Arn>> =
                paths.iter().map(|path| resource::parameter(path, &at)).collect();
            let Some(arns) = arns else {
                let what = "the path of the parameter has characters that no parameter's name \
                    has: reading it is not granted";
                needed.gap(&key_of(usage), what);
                continue;
            };
            for (arn, what) in arns.into_iter().zip(WHOSE) {
                let why = Arc::new(runtime_reason(&by, "resolve the variable", what));
                let on = On::Arn(arn.clone());
                let permission = Permission { action, on, conditions: Conditions::new() };
                needed.grant(true, permission, why.clone());
                let decrypt = decrypted.entry(at.clone()).or_default();
                decrypt.0.insert(arn);
                decrypt.1.insert(why);
            }
        }
    }
    // The Python decorator does not decrypt.
    if runtime == Runtime::Rust {
        for (at, (arns, reasons)) in decrypted {
            decryption(&at, arns, &reasons, options, needed);
        }
    }
}

/// Through Parameter Store alone, and for these parameters alone: their ARN is the [encryption
/// context](https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html).
fn decryption(
    at: &Deployment,
    arns: BTreeSet<Arn>,
    reasons: &Reasons,
    options: &Options,
    needed: &mut Needed,
) {
    let (key, remark) = match &options.parameter_kms_key {
        Some(key) => (Arn::from(key.as_str()), "only SecureString parameters are encrypted"),
        None => (
            any_key(at),
            "any key, but only through Parameter Store and only for these parameters; \
            --parameter-kms-key names one",
        ),
    };
    let via = Arn::new(["ssm.".into(), at.part("Region"), ".amazonaws.com".into()]);
    let equals = |key: &str| ("StringEquals".to_owned(), key.to_owned());
    let conditions = Conditions::from([
        (equals("kms:ViaService"), [via].into()),
        (equals("kms:EncryptionContext:PARAMETER_ARN"), arns),
    ]);
    let permission = Permission { action: "kms:Decrypt", on: On::Arn(key), conditions };
    for why in reasons {
        let why = Reason {
            operation: "the runtime: decrypt the parameter".to_owned(),
            remark: Some(remark.to_owned()),
            ..Reason::clone(why)
        };
        needed.grant(true, permission.clone(), why);
    }
}

/// The key of a region, whichever it is.
pub(super) fn any_key(at: &Deployment) -> Arn {
    let parts = [
        "arn:".into(),
        at.part("Partition"),
        ":kms:".into(),
        at.part("Region"),
        ":".into(),
        at.part("Account"),
        ":key/*".into(),
    ];
    Arn::new(parts)
}

/// The service's own path and the shared one, without their first slash.
fn paths(usage: &Usage, options: &Options) -> Result<[Vec<Part>; 2], String> {
    let name = &usage.variable;
    let Some(path) = &usage.parameter_path else {
        let open = |name: &str, what: &str| {
            Part::Parameter(Parameter {
                service: None,
                name: name.to_owned(),
                what: what.to_owned(),
            })
        };
        let stage = options.stage.as_deref().map_or_else(
            || open("STAGE", "deployment stage, `STAGE` of the functions"),
            Part::from,
        );
        let service = usage
            .service
            .as_deref()
            .map_or_else(|| open("SERVICE_NAME", "`SERVICE_NAME` of the functions"), Part::from);
        let base = Part::from(format!("{}/", options.prefix.trim_matches('/')).as_str());
        let own = format!("/{name}");
        return Ok([
            vec![base.clone(), stage.clone(), "/".into(), service, own.as_str().into()],
            vec![base, stage, own.as_str().into()],
        ]);
    };
    let service = usage.service.as_deref().unwrap_or_default();
    let base =
        path.strip_prefix('/').and_then(|path| path.strip_suffix(&format!("/{service}/{name}")));
    let base = base.ok_or("the record's `parameter_path` is not that of its service and variable: reading the parameter is not granted")?;
    let text = |path: String| vec![Part::Text(path)];
    Ok([text(format!("{base}/{service}/{name}")), text(format!("{base}/{name}"))])
}

/// The tracking table, limited to the records of the service.
fn tracking(
    service: Option<&str>,
    runtime: Runtime,
    usages: &[&Usage],
    options: &Options,
    needed: &mut Needed,
) {
    let (Some(table), Some(usage)) = (&options.tracking_table, usages.first()) else { return };
    let identity = match Identity::read("dynamodb", table, None) {
        Ok(identity) => identity,
        Err(why) => return needed.gap("--tracking-table", why.to_string()),
    };
    let Some(kind) = iam::resource_type("dynamodb", "table") else { return };
    let service = match service {
        Some(service) if resource::is_plain(service) => Part::from(service),
        Some(_) => {
            let what = "the service's name has characters that mean something in a policy: the tracking table is not granted";
            return needed.gap(&key_of(usage), what);
        }
        None => Part::Parameter(Parameter {
            service: None,
            name: "SERVICE_NAME".to_owned(),
            what: "`SERVICE_NAME` of the functions".to_owned(),
        }),
    };
    let keys = Arn::new([service, "#*".into()]);
    let by = no_variable(usage, None);
    let condition = ("ForAllValues:StringLike".to_owned(), "dynamodb:LeadingKeys".to_owned());
    for at in usages.iter().flat_map(|usage| places(usage, options)).collect::<BTreeSet<_>>() {
        for target in resource::targets(kind, &identity, &at) {
            for action in runtime.tracking() {
                let permission = Permission {
                    action,
                    on: On::Arn(target.arn.clone()),
                    conditions: Conditions::from([(condition.clone(), [keys.clone()].into())]),
                };
                let why = runtime_reason(
                    &by,
                    "record the use of variables",
                    "only the service's own records",
                );
                needed.grant(true, permission, why);
            }
        }
    }
}

/// Logs and traces: granted where asked for, never too much.
pub(super) fn add_basics(usages: &[&Usage], options: &Options, needed: &mut Needed) {
    for usage in usages {
        let by = no_variable(usage, usage.lambda.as_deref());
        let why = |operation: &str| {
            Arc::new(Reason { by: by.clone(), operation: operation.to_owned(), remark: None })
        };
        for at in places(usage, options) {
            let why = why("Lambda: write the function's log");
            logs(usage, &at, options.logs, &why, needed);
        }
        for action in ["xray:PutTraceSegments", "xray:PutTelemetryRecords"] {
            let on = On::Everything {
                why: format!("{action} has no permission on the level of resources"),
            };
            let permission = Permission { action, on, conditions: Conditions::new() };
            needed.grant(options.xray, permission, why("Lambda: send traces"));
        }
    }
    if options.logs {
        let without = usages.iter().filter(|usage| usage.lambda.is_none());
        let services: BTreeSet<Option<&str>> =
            without.map(|usage| usage.service.as_deref()).collect();
        for service in services {
            let service = service.unwrap_or("--logs").escape_debug().to_string();
            let what = "some records name no Lambda, so its log group is not known: left out";
            needed.note(&service, what);
        }
    }
}

fn logs(usage: &Usage, at: &Deployment, required: bool, why: &Arc<Reason>, needed: &mut Needed) {
    let Some(lambda) = usage.lambda.as_deref() else { return };
    let (Some(group), Some(stream)) =
        (iam::resource_type("logs", "log-group"), iam::resource_type("logs", "log-stream"))
    else {
        return;
    };
    let Ok(identity) = Identity::read("logs", &format!("/aws/lambda/{lambda}"), None) else {
        if required {
            let what = "the name of the Lambda is none that AWS accepts: its log is not granted";
            needed.gap(&key_of(usage), what);
        }
        return;
    };
    for (action, kind) in [
        ("logs:CreateLogGroup", group),
        ("logs:CreateLogStream", group),
        ("logs:PutLogEvents", stream),
    ] {
        for target in resource::targets(kind, &identity, at) {
            let permission =
                Permission { action, on: On::Arn(target.arn), conditions: target.conditions };
            needed.grant(required, permission, why.clone());
        }
    }
}

//! An invented data set with one of each: a gap, excess, calls that were never seen, an old function.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use documents::Place;
use iam_policies::arn::{Arn, Parameter, Part};
use iam_policies::audit::{AuditReport, Finding, Rule};
use iam_policies::grant::{Asker, Conditions, On, Permission, Reason};
use iam_policies::model::{Inventory, Problem, Usage, Use};
use iam_policies::needs::Needed;
use iam_policies::policy::StatementRef;
use iam_policies::report::{Input, html, newest_day};
use ops_enums::{DynamoDBOperation, Operation, S3Operation};

pub(crate) const GET: Use = Use::Operation(Operation::S3(S3Operation::GetObject));
pub(crate) const PUT: Use = Use::Operation(Operation::S3(S3Operation::PutObject));
pub(crate) const QUERY: Use = Use::Operation(Operation::DynamoDB(DynamoDBOperation::Query));
pub(crate) const LIST: Use = Use::Action("s3:ListBucket");

#[derive(Default)]
pub(crate) struct Sample {
    pub(crate) title: String,
    pub(crate) source: String,
    pub(crate) inventory: Inventory,
    pub(crate) needed: Needed,
    pub(crate) audit: Option<AuditReport>,
}

impl Sample {
    pub(crate) fn html(&self) -> String {
        html(&Input {
            title: &self.title,
            source: &self.source,
            inventory: &self.inventory,
            needed: &self.needed,
            audit: self.audit.as_ref(),
            newest: newest_day(&self.inventory),
        })
    }

    /// One permission for each declared use of each usage, on an ARN with the variable's name.
    pub(crate) fn grant_all(&mut self) {
        for usage in &self.inventory.usages {
            for used in usage.declared.keys() {
                let service = used.iam().split(':').next().unwrap_or_default();
                let arn = format!("arn:aws:{service}:::{}-live/*", usage.variable.to_lowercase());
                let permission = Permission {
                    action: used.iam(),
                    on: On::Arn(Arn::from(arn.as_str())),
                    conditions: Conditions::new(),
                };
                let reasons = self.needed.grants.entry(permission).or_default();
                reasons.insert(reason(usage, used.iam()));
            }
        }
    }
}

pub(crate) fn reason(usage: &Usage, operation: &str) -> Arc<Reason> {
    let by = Asker {
        service: usage.service.clone(),
        function: usage.function.clone(),
        lambda: usage.lambda.clone(),
        variable: usage.variable.clone(),
        places: usage.declared_at.keys().cloned().collect(),
    };
    Arc::new(Reason { by: Arc::new(by), operation: operation.to_owned(), remark: None })
}

fn on(day: &str) -> Option<String> {
    Some(day.to_owned())
}

pub(crate) fn usage(service: &str, function: &str, variable: &str, day: &str) -> Usage {
    let some = |text: &str| BTreeMap::from([(text.to_owned(), on(day))]);
    Usage {
        service: Some(service.to_owned()),
        function: Some(function.to_owned()),
        lambda: Some(format!("{service}-live")),
        variable: variable.to_owned(),
        declared: BTreeMap::from([(GET, on(day)), (PUT, on(day))]),
        observed: BTreeMap::from([(GET, on(day))]),
        values: some(&format!("{}-live", variable.to_lowercase())),
        sources: some("environment"),
        declared_at: some(&format!("src/{service}.rs:17")),
        versions: some("41"),
        regions: some("eu-west-1"),
        last_seen: on(day),
        parameter_path: Some(format!("/amplify/live/{service}/{variable}")),
    }
}

pub(crate) fn problem(key: &str, what: &str) -> Problem {
    Problem { key: key.to_owned(), what: what.to_owned() }
}

pub(crate) fn sample() -> Sample {
    let fresh = usage("files", "api::download", "FILES_BUCKET", "2026-11-21");
    let mut index = usage("files", "api::download", "INDEX_TABLE", "2026-11-21");
    index.declared = BTreeMap::from([(QUERY, on("2026-11-21"))]);
    index.observed = index.declared.clone();
    let mut gap = usage("files", "api::upload", "UPLOADS_BUCKET", "2026-11-20");
    gap.observed.insert(PUT, on("2026-11-19"));
    gap.declared.insert(LIST, on("2026-11-20"));
    let old = usage("orders", "jobs::tidy", "ORDERS_ARCHIVE", "2026-08-01");
    let mut script = usage("thumbs", "-", "THUMBS_BUCKET", "2026-11-18");
    (script.function, script.lambda, script.observed) = (None, None, BTreeMap::new());
    let mut sample = Sample {
        title: "Permissions of Example Ltd".to_owned(),
        source: "table service-variables in eu-west-1".to_owned(),
        ..Sample::default()
    };
    sample.inventory.usages = vec![fresh.clone(), index.clone(), gap, old, script];
    sample.inventory.problems = [problem("mail#", "left out: the key has no variable")].into();
    sample.grant_all();
    sample.needed.gaps = BTreeSet::from([problem(
        "files / api::upload / UPLOADS_BUCKET",
        "s3:ListBucket needs the bucket itself; nothing was granted for it",
    )]);
    sample.needed.notes = BTreeSet::from([problem(
        "orders / jobs::tidy / ORDERS_ARCHIVE",
        "1 older value was left out",
    )]);
    let table = |rest: &str| {
        Arn::new([
            "arn:".into(),
            Part::Partition,
            ":dynamodb:eu-west-1:".into(),
            Part::Account,
            ":table/".into(),
            Part::Parameter(Parameter {
                service: on("files"),
                name: "INDEX_TABLE".to_owned(),
                what: "name of a table".to_owned(),
            }),
            rest.into(),
        ])
    };
    let key = ("ForAllValues:StringLike".to_owned(), "dynamodb:LeadingKeys".to_owned());
    let permission = Permission {
        action: "dynamodb:Query",
        on: On::Arn(table("/index/*")),
        conditions: Conditions::from([(key, [Arn::from("tenant-*")].into())]),
    };
    let why = Reason {
        remark: on("only when an index is given"),
        ..Reason::clone(&reason(&index, "dynamodb:Query"))
    };
    sample.needed.optional = BTreeMap::from([(permission, [Arc::new(why)].into())]);
    let logs = Permission {
        action: "logs:CreateLogStream",
        on: On::Everything { why: "an invented reason".to_owned() },
        conditions: Conditions::new(),
    };
    let itself = Usage { variable: String::new(), ..fresh.clone() };
    sample.needed.grants.insert(logs, [reason(&itself, "writing its log")].into());
    sample.audit = Some(audit(&fresh));
    sample
}

/// One statement allows too much for this usage.
fn audit(usage: &Usage) -> AuditReport {
    let place = Place { line: 12, column: 9 };
    let (file, policy) = ("policies/files.json".to_owned(), "FilesPolicy".to_owned());
    let statement = StatementRef {
        file: file.clone(),
        policy: policy.clone(),
        number: 2,
        sid: on("FilesAccess"),
        place,
    };
    let finding = Finding {
        rule: Rule::ExcessAction,
        level: Rule::ExcessAction.level(),
        message: "s3:DeleteObject is allowed and nothing needs it. Take it out.".to_owned(),
        file: Some(file),
        place: Some(place),
        policy: Some(policy.clone()),
        statement: Some(statement),
        subject: "s3:DeleteObject".to_owned(),
        reasons: [reason(usage, "s3:GetObject"), reason(usage, "s3:PutObject")].into(),
    };
    let missing = Finding {
        rule: Rule::Missing,
        level: Rule::Missing.level(),
        message: "logs:CreateLogStream is needed and not allowed. Add it.".to_owned(),
        file: None,
        place: None,
        policy: None,
        statement: None,
        subject: "logs:CreateLogStream".to_owned(),
        reasons: BTreeSet::new(),
    };
    AuditReport { policies: vec![policy], needed: 10, allowed: 9, findings: vec![finding, missing] }
}

/// Many usages of many services.
pub(crate) fn many(count: usize) -> Sample {
    let mut sample = Sample { title: "Many".to_owned(), ..Sample::default() };
    for number in 0..count {
        let (service, function) =
            (format!("service-{:02}", number / 400), format!("api::handler_{:03}", number / 5));
        sample.inventory.usages.push(usage(
            &service,
            &function,
            &format!("BUCKET_{number:05}"),
            "2026-11-21",
        ));
    }
    sample.grant_all();
    let findings = sample.inventory.usages.iter().map(|usage| Finding {
        rule: Rule::NeverObserved,
        level: Rule::NeverObserved.level(),
        message: format!("no request for s3:PutObject on {} was recorded", usage.variable),
        file: None,
        place: None,
        policy: None,
        statement: None,
        subject: usage.variable.clone(),
        reasons: [reason(usage, "s3:PutObject")].into(),
    });
    let findings = findings.collect();
    sample.audit = Some(AuditReport { policies: Vec::new(), needed: 0, allowed: 0, findings });
    for usage in &sample.inventory.usages {
        let names = [usage.service.as_deref(), usage.function.as_deref(), Some(&usage.variable)];
        let key: Vec<&str> = names.into_iter().flatten().collect();
        sample.needed.notes.insert(problem(&key.join(" / "), "s3:PutObject was left out"));
    }
    sample
}

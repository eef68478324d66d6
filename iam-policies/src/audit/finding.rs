//! One thing that an audit found.

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::json;

use super::rule::{Level, Rule};
use crate::grant::Reasons;
use crate::policy::{ReadPolicy, StatementRef};
use documents::Place;

/// One thing that an audit found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which rule found it.
    pub rule: Rule,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, where, why, and what to do.
    pub message: String,
    /// File of the policy; `None` for findings about declarations.
    pub file: Option<String>,
    /// Where in the file.
    pub place: Option<Place>,
    /// Name of the policy.
    pub policy: Option<String>,
    /// The statement, if it is about one.
    pub statement: Option<StatementRef>,
    /// What it is about, without places: `s3:GetObject on arn:aws:s3:::files/*`. Stays the same when
    /// lines move.
    pub subject: String,
    /// Who needs what it is about.
    #[serde(serialize_with = "reasons")]
    pub reasons: Reasons,
}

impl Finding {
    /// About a policy as a whole.
    pub(crate) fn of_policy(
        rule: Rule,
        policy: &ReadPolicy,
        subject: &str,
        message: String,
    ) -> Self {
        Self {
            rule,
            level: rule.level(),
            message,
            file: Some(policy.file.clone()),
            place: Some(policy.place),
            policy: Some(policy.name.clone()),
            statement: None,
            subject: subject.to_owned(),
            reasons: Reasons::new(),
        }
    }

    /// About a statement, or something at a place in it.
    pub(crate) fn of_statement(
        rule: Rule,
        at: &StatementRef,
        place: Place,
        subject: &str,
        message: String,
    ) -> Self {
        Self {
            rule,
            level: rule.level(),
            message,
            file: Some(at.file.clone()),
            place: Some(place),
            policy: Some(at.policy.clone()),
            statement: Some(at.clone()),
            subject: subject.to_owned(),
            reasons: Reasons::new(),
        }
    }

    /// About declarations, not about a policy.
    pub(crate) fn of_use(rule: Rule, subject: &str, message: String) -> Self {
        Self {
            rule,
            level: rule.level(),
            message,
            file: None,
            place: None,
            policy: None,
            statement: None,
            subject: subject.to_owned(),
            reasons: Reasons::new(),
        }
    }

    pub(crate) fn with_reasons(mut self, reasons: &Reasons) -> Self {
        self.reasons.extend(reasons.iter().cloned());
        self
    }

    pub(crate) fn at_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// By file and place, worst first within a place.
    pub(crate) fn order(&self) -> impl Ord + '_ {
        (
            self.file.is_none(),
            &self.file,
            &self.policy,
            self.place,
            self.level,
            self.rule,
            &self.subject,
        )
    }
}

fn reasons<S: Serializer>(reasons: &Reasons, to: S) -> Result<S::Ok, S::Error> {
    let mut list = to.serialize_seq(Some(reasons.len()))?;
    for reason in reasons {
        list.serialize_element(&json!({
            "service": reason.by.service,
            "function": reason.by.function,
            "lambda": reason.by.lambda,
            "variable": reason.by.variable,
            "operation": reason.operation,
            "places": reason.by.places,
            "remark": reason.remark,
        }))?;
    }
    list.end()
}

/// The first few of a list, and how many more there are.
pub(crate) fn some<T: AsRef<str>>(all: &[T]) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<&str> = all.iter().take(SHOWN).map(AsRef::as_ref).collect();
    match all.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

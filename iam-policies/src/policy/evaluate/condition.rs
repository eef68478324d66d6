//! Whether the conditions of a statement hold.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html>

use super::Assumption;
use super::compare::compare;
use crate::policy::context::Context;
use crate::policy::model::{Condition, Statement};
use crate::policy::operator::{Operator, Quantifier};

/// Yes, no, or not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    Unknown,
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

impl Truth {
    pub(super) fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }

    /// Yes if one is, no if all are.
    pub(super) fn any(each: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::No;
        for truth in each {
            match truth {
                Self::Yes => return Self::Yes,
                Self::Unknown => result = Self::Unknown,
                Self::No => {}
            }
        }
        result
    }

    /// No if one is, yes if all are.
    pub(super) fn all(each: impl IntoIterator<Item = Self>) -> Self {
        Self::any(each.into_iter().map(Self::not)).not()
    }
}

/// Whether all conditions hold; if that is not known, those it depends on.
pub(super) fn all(statement: &Statement, context: &Context) -> (Truth, Vec<Assumption>) {
    let each: Vec<(Truth, &Condition)> = statement
        .conditions
        .iter()
        .map(|condition| (holds(condition, context), condition))
        .collect();
    let truth = Truth::all(each.iter().map(|(truth, _)| *truth));
    let assumed = each
        .iter()
        .filter(|(truth, _)| *truth == Truth::Unknown)
        .map(|(_, condition)| Assumption {
            effect: statement.effect,
            statement: statement.at.clone(),
            condition: condition.to_string(),
        })
        .collect();
    (truth, assumed)
}

fn holds(condition: &Condition, context: &Context) -> Truth {
    let Some(operator) = Operator::parse(&condition.operator) else { return Truth::Unknown };
    let Some(values) = context.values(&condition.key) else { return Truth::Unknown };
    if operator.base == "Null" {
        // Each value says whether the key is to be missing.
        let missing = values.is_empty().to_string();
        return Truth::any(condition.values.iter().map(|value| match value.exact() {
            Some(text) => text.eq_ignore_ascii_case(&missing).into(),
            None => Truth::Unknown,
        }));
    }
    let (positive, negated) = match operator.base.split_once("Not") {
        Some((before, after)) => (format!("{before}{after}"), true),
        None => (operator.base.to_owned(), false),
    };
    if values.is_empty() {
        return match operator.quantifier {
            _ if operator.if_exists => Truth::Yes,
            Quantifier::All => Truth::Yes,
            Quantifier::Any => Truth::No,
            Quantifier::One => negated.into(),
        };
    }
    let suits = |value: &String| {
        let some = Truth::any(condition.values.iter().map(|one| compare(&positive, value, one)));
        if negated { some.not() } else { some }
    };
    let each = values.iter().map(suits);
    match operator.quantifier {
        Quantifier::All => Truth::all(each),
        Quantifier::Any => Truth::any(each),
        // Of a key with one value both are the same; of several, a Not means none of them.
        Quantifier::One if negated => Truth::all(each),
        Quantifier::One => Truth::any(each),
    }
}

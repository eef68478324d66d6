//! From the texts in a record to operations and actions.

use std::collections::HashMap;

use ops_enums::{Operation, iam};

use crate::model::Use;

/// What a text may mean; remembered, because a table repeats the same few texts.
#[derive(Default)]
pub(super) struct Spellings {
    known: HashMap<String, Vec<Use>>,
}

/// Why a text is not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misunderstood {
    Unknown,
    Ambiguous,
}

impl Spellings {
    fn candidates(&mut self, text: &str) -> &[Use] {
        self.known.entry(text.to_owned()).or_insert_with(|| candidates(text))
    }

    /// Each text with its meaning. A bare name that several services share means the one whose
    /// service the record's other texts are of, or else the one of `service`, the IAM prefix that
    /// the value points to.
    pub(super) fn read<'t>(
        &mut self,
        texts: &[&'t str],
        service: Option<&str>,
    ) -> Vec<(&'t str, Result<Use, Misunderstood>)> {
        let found: Vec<Vec<Use>> =
            texts.iter().map(|text| self.candidates(text).to_vec()).collect();
        let sure: Vec<&str> = found.iter().filter(|c| c.len() == 1).map(|c| prefix(c[0])).collect();
        texts
            .iter()
            .zip(&found)
            .map(|(text, candidates)| (*text, one_of(candidates, &sure, service)))
            .collect()
    }
}

fn one_of(candidates: &[Use], sure: &[&str], service: Option<&str>) -> Result<Use, Misunderstood> {
    match candidates {
        [] => return Err(Misunderstood::Unknown),
        [only] => return Ok(*only),
        _ => {}
    }
    let among = |keep: &dyn Fn(&str) -> bool| {
        let mut kept = candidates.iter().filter(|found| keep(prefix(**found)));
        kept.next().filter(|_| kept.next().is_none()).copied()
    };
    among(&|prefix| sure.contains(&prefix))
        .or_else(|| among(&|prefix| service == Some(prefix)))
        .ok_or(Misunderstood::Ambiguous)
}

fn candidates(text: &str) -> Vec<Use> {
    let operations: Vec<Use> = Operation::spelled(text).map(Use::Operation).collect();
    if let (true, Some(exact)) = (operations.len() > 1, Operation::from_iam(text)) {
        return vec![Use::Operation(exact)];
    }
    if operations.is_empty() {
        return iam::action(text).map(|action| Use::Action(action.full())).into_iter().collect();
    }
    operations
}

fn prefix(used: Use) -> &'static str {
    used.iam().split_once(':').map_or("", |(prefix, _)| prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str], service: Option<&str>) -> Vec<Result<&'static str, Misunderstood>> {
        let found = Spellings::default().read(texts, service);
        found.into_iter().map(|(_, used)| used.map(Use::iam)).collect()
    }

    #[test]
    fn all_spellings_of_all_writers_are_understood() {
        for text in ["dynamodb:GetItem", "GET_ITEM", "GetItem", "DynamoDB:getitem"] {
            assert_eq!(read(&[text], None), [Ok("dynamodb:GetItem")], "{text}");
        }
    }

    #[test]
    fn an_action_that_is_no_operation_stays_that_action() {
        assert_eq!(read(&["s3:listbucket"], None), [Ok("s3:ListBucket")]);
    }

    #[test]
    fn a_shared_name_is_of_the_service_of_its_neighbours_or_of_the_value() {
        let both = [Ok("dynamodb:GetItem"), Ok("dynamodb:TagResource")];
        assert_eq!(read(&["GET_ITEM", "TAG_RESOURCE"], None), both);
        assert_eq!(read(&["TAG_RESOURCE"], Some("lambda")), [Ok("lambda:TagResource")]);
        assert_eq!(read(&["TAG_RESOURCE"], None), [Err(Misunderstood::Ambiguous)]);
    }

    #[test]
    fn what_does_not_exist_means_nothing() {
        for text in ["bedrock:InvokeGuardrail", "cognito-idp:AdminUpdateUser", "s3:*", "*", ""] {
            assert_eq!(read(&[text], None), [Err(Misunderstood::Unknown)], "{text}");
        }
    }
}

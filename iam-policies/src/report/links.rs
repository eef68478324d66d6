//! Which row of the matrix a reason, gap or note is about.

use std::collections::BTreeMap;

use crate::grant::Reason;
use crate::model::Usage;
use crate::needs::key_of;

type Key<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>, &'a str);

/// Rows by what names them.
pub(super) struct Links<'a> {
    of_reasons: BTreeMap<Key<'a>, usize>,
    of_texts: BTreeMap<String, Vec<usize>>,
}

impl<'a> Links<'a> {
    /// Of rows in this order.
    pub(super) fn new(usages: &[&'a Usage]) -> Self {
        let mut links = Self { of_reasons: BTreeMap::new(), of_texts: BTreeMap::new() };
        for (row, usage) in usages.iter().enumerate() {
            let (function, lambda) = (usage.function.as_deref(), usage.lambda.as_deref());
            let key = (usage.service.as_deref(), function, lambda, usage.variable.as_str());
            links.of_reasons.insert(key, row);
            links.of_texts.entry(key_of(usage)).or_default().push(row);
        }
        links
    }

    /// The row of the use that asked; none for needs of the runtime itself.
    pub(super) fn of_reason(&self, reason: &Reason) -> Option<usize> {
        let (function, lambda) = (reason.by.function.as_deref(), reason.by.lambda.as_deref());
        let key = (reason.by.service.as_deref(), function, lambda, reason.by.variable.as_str());
        self.of_reasons.get(&key).copied()
    }

    /// The rows that gaps and notes with this key are about. More than one where a function is
    /// deployed as several Lambdas; none for what is about no single use.
    pub(super) fn of_text(&self, key: &str) -> &[usize] {
        self.of_texts.get(key).map_or(&[], Vec::as_slice)
    }
}

//! From the spellings found in the wild to operations.

use crate::Operation;

impl Operation {
    /// The operation with this IAM spelling: `dynamodb:GetItem`.
    ///
    /// The case of the prefix does not matter. The name is looked for as written and then in any
    /// case, as IAM does: `s3:GetBucketCORS` is `GetBucketCors`.
    #[must_use]
    pub fn from_iam(text: &str) -> Option<Self> {
        let (prefix, name) = text.split_once(':')?;
        let of_service = || Self::all().filter(|found| found.has_prefix(prefix));
        of_service()
            .find(|found| found.name() == name)
            .or_else(|| of_service().find(|found| found.name().eq_ignore_ascii_case(name)))
    }

    /// The operation the Rust SDK reports by the service id of its model and the operation's name:
    /// `DynamoDB Streams`, `GetRecords`. Where two APIs of one enum share a name, the enum's
    /// operation stands for both.
    #[must_use]
    pub fn from_sdk(service_id: &str, name: &str) -> Option<Self> {
        let named = || Self::all().filter(|found| found.name() == name);
        named().find(|found| found.service().id() == service_id).or_else(|| {
            let prefix = Self::all()
                .map(Self::service)
                .find(|service| service.id() == service_id)?
                .iam_prefix();
            named().find(|found| found.has_prefix(prefix))
        })
    }

    /// The operations that a tracking record may mean by this text: `dynamodb:GetItem`, `GetItem`,
    /// `GET_ITEM` or `get_item`; any case, with or without underscores, with or without the IAM
    /// prefix.
    ///
    /// A bare name that several services share (`TagResource`) gives one operation for each; an
    /// unknown text gives none.
    pub fn spelled(text: &str) -> impl Iterator<Item = Self> {
        let (prefix, name) = match text.split_once(':') {
            Some((prefix, name)) => (Some(prefix), name),
            None => (None, text),
        };
        Self::all().filter(move |found| {
            same_letters(found.name(), name) && prefix.is_none_or(|prefix| found.has_prefix(prefix))
        })
    }

    fn has_prefix(self, prefix: &str) -> bool {
        self.service().iam_prefix().eq_ignore_ascii_case(prefix)
    }
}

/// Whether two names differ in case and underscores only. Python's names split acronyms differently
/// from ours (`LIST_OBJECTS_V2`, `GET_UI_CUSTOMIZATION`), so underscores carry nothing.
fn same_letters(left: &str, right: &str) -> bool {
    letters(left).eq(letters(right))
}

fn letters(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase())
}

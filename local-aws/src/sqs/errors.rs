//! The two names of an error. SQS spoke another protocol before JSON, and its clients go by either
//! name: <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible-trait>.

/// The code of the older protocol and the name of the shape, where they differ.
const NAMES: [(&str, &str); 12] = [
    ("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "BatchEntryIdsNotDistinct"),
    ("AWS.SimpleQueueService.BatchRequestTooLong", "BatchRequestTooLong"),
    ("AWS.SimpleQueueService.EmptyBatchRequest", "EmptyBatchRequest"),
    ("AWS.SimpleQueueService.InvalidBatchEntryId", "InvalidBatchEntryId"),
    ("AWS.SimpleQueueService.MessageNotInflight", "MessageNotInflight"),
    ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
    ("AWS.SimpleQueueService.PurgeQueueInProgress", "PurgeQueueInProgress"),
    ("AWS.SimpleQueueService.QueueDeletedRecently", "QueueDeletedRecently"),
    ("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "TooManyEntriesInBatchRequest"),
    ("AWS.SimpleQueueService.UnsupportedOperation", "UnsupportedOperation"),
    ("QueueAlreadyExists", "QueueNameExists"),
    ("KMS.ThrottlingException", "KmsThrottled"),
];

/// What belongs to the framework and not to SQS.
const GENERAL: [(&str, &str); 2] = [
    ("InvalidParameterValue", "InvalidParameterValueException"),
    ("MissingParameter", "MissingRequiredParameterException"),
];

/// The code for the header `x-amzn-query-error` and the type for the body, given either.
pub(crate) fn names(code: &str) -> (&str, String) {
    if let Some((query, shape)) = GENERAL.iter().find(|(query, _)| *query == code) {
        return (query, format!("com.amazon.coral.service#{shape}"));
    }
    let known = NAMES.iter().find(|(query, shape)| *query == code || *shape == code);
    let (query, shape) = known.copied().unwrap_or((code, code));
    (query, format!("com.amazonaws.sqs#{shape}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_name_gives_both() {
        let both =
            ("AWS.SimpleQueueService.NonExistentQueue", "com.amazonaws.sqs#QueueDoesNotExist");
        for code in ["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"] {
            assert_eq!(names(code), (both.0, both.1.to_owned()));
        }
        let same = ("RequestThrottled", "com.amazonaws.sqs#RequestThrottled".to_owned());
        assert_eq!(names("RequestThrottled"), same);
        let general = "com.amazon.coral.service#MissingRequiredParameterException".to_owned();
        assert_eq!(names("MissingParameter"), ("MissingParameter", general));
    }
}

//! What of a variable's value goes into an input member: a variable may hold a name, a URL or an
//! ARN, and not every member takes each.

/// The part of `value` that the API's `member` takes.
///
/// - `Bucket` takes a name: the prefix of a bucket's ARN is dropped (an access point's ARN is
///   taken as it is).
/// - `QueueName` takes a name: the last part of a queue's URL or ARN.
/// - Everything else takes what the variable holds. `TableName`, `FunctionName`, `SecretId` and
///   `modelId` accept names and ARNs; `QueueUrl` wants the URL.
///
/// Sources: the request parameters in the API references of
/// [S3](https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html) and
/// [SQS](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html).
pub(crate) fn taken<'v>(member: &str, value: &'v str) -> &'v str {
    match member {
        "Bucket" => value
            .strip_prefix("arn:")
            .and_then(|rest| rest.split_once(":s3:::"))
            .map_or(value, |(_, bucket)| bucket),
        "QueueName" => value.rsplit(['/', ':']).next().unwrap_or(value),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::taken;

    #[test]
    fn each_member_gets_the_form_it_takes() {
        for (member, value, expected) in [
            ("TableName", "files", "files"),
            ("Bucket", "files", "files"),
            ("Bucket", "arn:aws:s3:::files", "files"),
            ("Bucket", "arn:aws-cn:s3:::files", "files"),
            (
                "Bucket",
                "arn:aws:s3:eu-west-1:111122223333:accesspoint/files",
                "arn:aws:s3:eu-west-1:111122223333:accesspoint/files",
            ),
            ("QueueName", "jobs", "jobs"),
            (
                "QueueName",
                "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs.fifo",
                "jobs.fifo",
            ),
            ("QueueName", "arn:aws:sqs:eu-west-1:111122223333:jobs", "jobs"),
            (
                "QueueUrl",
                "http://127.0.0.1:4566/000000000000/jobs",
                "http://127.0.0.1:4566/000000000000/jobs",
            ),
        ] {
            assert_eq!(taken(member, value), expected, "{member} {value}");
        }
    }
}

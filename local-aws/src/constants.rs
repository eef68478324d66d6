//! The fixed identity of an emulated account.

/// The region that [`LocalAws::environment`](crate::LocalAws::environment) names. Requests signed for
/// another region are answered too and see the same resources; their ARNs carry that region.
pub const REGION: &str = "eu-west-1";

/// The account number in ARNs and queue URLs.
pub const ACCOUNT_ID: &str = "111122223333";

/// The access key id handed out by [`LocalAws::environment`](crate::LocalAws::environment). Any
/// access key id is accepted.
pub const ACCESS_KEY_ID: &str = "LOCALAWSACCESSKEYID0";

/// The secret key that S3 signatures are checked against; it protects nothing.
pub const SECRET_ACCESS_KEY: &str = "local-aws/not-a-secret/local-aws/example";

//! Why a value could not be had, told apart the way an operator needs it.

use std::error::Error as StdError;
use std::fmt;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// Why a variable could not be read from one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// There is nothing there, or only white space.
    Absent,
    /// The environment has it, but not as UTF-8.
    NotUnicode,
    /// The role may not read the parameter.
    AccessDenied,
    /// The account's rate for Parameter Store was exceeded through every retry.
    Throttled,
    /// It is a SecureString whose key the role may not use, or whose key is gone.
    Undecryptable,
    /// There are no AWS credentials, or they are expired or wrong.
    BadCredentials,
    /// No answer: network, name resolution, time-out.
    Unreachable,
    /// The service refused the request for another reason.
    Refused,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "absent",
            Self::NotUnicode => "not UTF-8",
            Self::AccessDenied => "access denied",
            Self::Throttled => "throttled",
            Self::Undecryptable => "cannot be decrypted",
            Self::BadCredentials => "no valid credentials",
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
        })
    }
}

/// A reason with the service's own words.
#[derive(Clone, Debug)]
pub struct Failure {
    pub(crate) reason: Reason,
    pub(crate) detail: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.reason, self.detail)
    }
}

impl Failure {
    /// What a call of any AWS service failed of. [`Reason::Absent`] is never among the answers: what
    /// absence looks like is each service's own affair, and [`Reason::Refused`] here.
    ///
    /// Only error codes and messages are kept, never the `Debug` form of the error: that may hold the
    /// body of an answer, and so a secret.
    pub fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        match error {
            SdkError::ServiceError(service) => {
                let code = service.err().code().unwrap_or("error without a code");
                let message = service.err().message().unwrap_or("no message");
                let status = service.raw().status().as_u16();
                Self::new(service_reason(status, code, message), format!("{code}: {message}"))
            }
            SdkError::ResponseError(_) => {
                Self::new(Reason::Unreachable, "the answer is not one of this service's")
            }
            SdkError::TimeoutError(_) => Self::new(Reason::Unreachable, "no answer in time"),
            other if chain(other).any(|cause| cause.is::<CredentialsError>()) => {
                Self::new(Reason::BadCredentials, causes(other))
            }
            other => Self::new(Reason::Unreachable, causes(other)),
        }
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The service's own words.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

/// An error and its causes, outermost first.
fn chain<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn causes(error: &(dyn StdError + 'static)) -> String {
    let mut messages: Vec<String> = chain(error).map(ToString::to_string).collect();
    messages.dedup();
    messages.join(": ")
}

/// Parameter Store reports a key that may not be used as `AccessDeniedException` with KMS's
/// message, and a key that is gone or disabled as `InvalidKeyId`
/// ([GetParameters](https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html)).
fn service_reason(status: u16, code: &str, message: &str) -> Reason {
    // Names of roles and parameters stand in the message too, so only whole phrases count.
    let about_a_key = message.contains("perform: kms:") || message.contains("ciphertext");
    match code {
        "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "RequestThrottled"
        | "TooManyRequestsException"
        | "ProvisionedThroughputExceededException"
        | "SlowDown"
        | "RequestLimitExceeded" => Reason::Throttled,
        "InvalidKeyId" => Reason::Undecryptable,
        "AccessDeniedException" | "AccessDenied" if about_a_key => Reason::Undecryptable,
        "AccessDeniedException" | "AccessDenied" => Reason::AccessDenied,
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "ExpiredTokenException"
        | "ExpiredToken"
        | "InvalidSignatureException"
        | "MissingAuthenticationToken"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature" => Reason::BadCredentials,
        code if code.starts_with("KMS") => Reason::Undecryptable,
        _ if status >= 500 => Reason::Unreachable,
        // An answer to HEAD has no body, and so no code.
        _ if status == 403 => Reason::AccessDenied,
        _ => Reason::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_that_need_different_people_are_told_apart() {
        let not_allowed = "User: arn:aws:sts::111122223333:assumed-role/decrypt-kms/f is not \
                           authorized to perform: ssm:GetParameters on resource: \
                           arn:aws:ssm:eu-west-1:111122223333:parameter/amplify/dev/f/KMS_KEY_ARN";
        for (status, code, message, expected) in [
            (400, "AccessDeniedException", not_allowed, Reason::AccessDenied),
            (
                400,
                "AccessDeniedException",
                "The ciphertext refers to a customer master key that does not exist",
                Reason::Undecryptable,
            ),
            (
                400,
                "AccessDeniedException",
                "User: x is not authorized to perform: kms:Decrypt on resource: y",
                Reason::Undecryptable,
            ),
            (400, "InvalidKeyId", "", Reason::Undecryptable),
            (400, "KMSInvalidStateException", "", Reason::Undecryptable),
            (400, "ThrottlingException", "Rate exceeded", Reason::Throttled),
            (400, "ExpiredTokenException", "", Reason::BadCredentials),
            (400, "ValidationException", "1 validation error detected", Reason::Refused),
            (403, "error without a code", "", Reason::AccessDenied),
            (403, "SignatureDoesNotMatch", "", Reason::BadCredentials),
            (503, "SlowDown", "", Reason::Throttled),
            (500, "InternalServerError", "", Reason::Unreachable),
            (500, "InternalFailure", "", Reason::Unreachable),
            (503, "ThrottlingException", "", Reason::Throttled),
        ] {
            assert_eq!(service_reason(status, code, message), expected, "{code} {message}");
        }
    }
}

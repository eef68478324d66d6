//! One request as the dispatcher hands it on, and what comes back.

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Uri};
use http_body_util::Full;

use crate::{s3_operation, signature};

/// An answer with its whole body in memory.
pub(crate) type Response = http::Response<Full<Bytes>>;

/// A request whose service, operation and region are known and whose body has been read.
// Not to be printed: bodies and headers may hold secrets.
#[derive(Clone)]
pub(crate) struct Request {
    /// The signing name of the service, such as `dynamodb` or `cognito-idp`.
    pub(crate) service: &'static str,
    /// The API operation, such as `GetItem`.
    pub(crate) operation: String,
    /// The region of the signature's credential scope.
    pub(crate) region: String,
    /// Whether a signature was there at all.
    pub(crate) signed: bool,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// How a service spells requests and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Json10,
    Json11,
    /// Form-encoded requests, XML answers.
    Query,
    /// S3's own.
    RestXml,
    /// Anything that is refused anyway.
    Other,
}

/// The services whose requests are told apart; the emulated ones first.
const SERVICES: &[(&str, Protocol)] = &[
    ("dynamodb", Protocol::Json10),
    ("s3", Protocol::RestXml),
    ("ssm", Protocol::Json11),
    ("cognito-idp", Protocol::Json11),
    ("secretsmanager", Protocol::Json11),
    ("sqs", Protocol::Json10),
    ("sts", Protocol::Query),
    ("iam", Protocol::Query),
    ("cloudformation", Protocol::Query),
    ("bedrock", Protocol::Other),
    ("cloudwatch", Protocol::Other),
    ("events", Protocol::Json11),
    ("kms", Protocol::Json11),
    ("lambda", Protocol::Other),
    ("logs", Protocol::Json11),
    ("sns", Protocol::Query),
    ("states", Protocol::Json10),
];

/// What a service that is not in the list is called.
const OTHER: &str = "other";

impl Request {
    /// Recognises a request by its signature and spelling.
    pub(crate) fn new(parts: Parts, body: Bytes) -> Self {
        let Parts { method, uri, headers, .. } = parts;
        let scope = signature::scope(&headers, uri.query());
        // A form upload to S3 is signed inside the form.
        let form = scope.is_none() && method == Method::POST && s3_operation::is_form(&headers);
        let signed = scope.is_some() || form;
        let (name, region) = match &scope {
            Some(scope) => (scope.service.as_str(), scope.region.as_str()),
            None if form => ("s3", crate::REGION),
            None => (OTHER, ""),
        };
        let service =
            SERVICES.iter().find(|(known, _)| *known == name).map_or(OTHER, |(known, _)| known);
        let region = region.to_owned();
        let mut request = Request {
            service,
            operation: String::new(),
            region,
            signed,
            method,
            uri,
            headers,
            body,
        };
        request.operation = request.read_operation();
        request
    }

    /// How this request's service speaks.
    pub(crate) fn protocol(&self) -> Protocol {
        SERVICES
            .iter()
            .find(|(known, _)| *known == self.service)
            .map_or(Protocol::Other, |(_, protocol)| *protocol)
    }

    /// The service part and the operation part of `X-Amz-Target`.
    pub(crate) fn target(&self) -> Option<(&str, &str)> {
        self.headers.get("x-amz-target")?.to_str().ok()?.rsplit_once('.')
    }

    fn read_operation(&self) -> String {
        if self.service == "s3" {
            return s3_operation::operation(&self.method, &self.uri, &self.headers).to_owned();
        }
        if let Some((_, operation)) = self.target() {
            return operation.to_owned();
        }
        let form = std::str::from_utf8(&self.body).unwrap_or_default();
        form.split('&')
            .chain(self.uri.query().unwrap_or_default().split('&'))
            .find_map(|pair| pair.strip_prefix("Action="))
            .map_or_else(|| format!("{} {}", self.method, self.uri.path()), str::to_owned)
    }
}

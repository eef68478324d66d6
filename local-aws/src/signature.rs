//! Reading who a request was signed for. Signatures themselves are checked for S3 only, by `s3s`.

use http::HeaderMap;

/// The credential scope of a request: the part of its signature that routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) region: String,
    pub(crate) service: String,
}

/// The scope from the `Authorization` header or, for presigned requests, from the query string.
pub(crate) fn scope(headers: &HeaderMap, query: Option<&str>) -> Option<Scope> {
    let header = headers.get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match header {
        // Signature Version 2 names no scope, and only S3 still takes it.
        Some(value) if value.starts_with("AWS ") => Some(s3()),
        Some(value) => from_authorization(value),
        None if query?.contains("AWSAccessKeyId=") => Some(s3()),
        None => from_query(query?),
    }
}

fn s3() -> Scope {
    Scope { region: crate::REGION.to_owned(), service: "s3".to_owned() }
}

/// `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=…, Signature=…`
fn from_authorization(value: &str) -> Option<Scope> {
    let parts = value.strip_prefix("AWS4-HMAC-SHA256")?;
    let credential =
        parts.split([',', ' ']).find_map(|part| part.trim().strip_prefix("Credential="))?;
    from_credential(credential)
}

fn from_query(query: &str) -> Option<Scope> {
    let credential = query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?;
    // Presigners percent-encode the slashes; hand-made URLs may not.
    from_credential(&credential.replace("%2F", "/").replace("%2f", "/"))
}

fn from_credential(credential: &str) -> Option<Scope> {
    // From the right: an access key id may contain anything.
    let mut parts = credential.rsplit('/');
    if parts.next()? != "aws4_request" {
        return None;
    }
    let service = parts.next().filter(|part| !part.is_empty())?;
    let region = parts.next().filter(|part| !part.is_empty())?;
    parts.next()?;
    parts.next()?;
    Some(Scope { region: region.to_owned(), service: service.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_header_and_presigned_scopes() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=KEY/20300101/eu-west-1/ssm/aws4_request, SignedHeaders=host, Signature=00"
                .parse()
                .unwrap(),
        );
        let expected = Scope { region: "eu-west-1".into(), service: "ssm".into() };
        assert_eq!(scope(&headers, None), Some(expected));
        let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=KEY%2F20300101%2Fus-east-1%2Fs3%2Faws4_request";
        let expected = Scope { region: "us-east-1".into(), service: "s3".into() };
        assert_eq!(scope(&HeaderMap::new(), Some(query)), Some(expected));
    }

    #[test]
    fn the_older_signature_is_for_s3() {
        // boto3 presigns this way unless told otherwise.
        let query = Some("AWSAccessKeyId=KEY&Signature=00&Expires=4000000000");
        assert_eq!(scope(&HeaderMap::new(), query), Some(s3()));
    }

    #[test]
    fn refuses_what_is_not_a_signature() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Bearer token".parse().unwrap());
        assert_eq!(scope(&headers, None), None);
        assert_eq!(scope(&HeaderMap::new(), Some("list-type=2")), None);
        assert_eq!(from_credential("KEY/20300101/eu-west-1/ssm"), None);
        assert_eq!(from_credential("20300101/eu-west-1/ssm/aws4_request"), None);
    }
}

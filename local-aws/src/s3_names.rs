//! Which object an S3 request is about: the bucket and key of its path, and of the source of a copy.

use http::{HeaderMap, Uri};

use crate::form;

/// A bucket and the start of keys in it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
}

impl Place {
    /// Whether bucket and key, which are percent-encoded and have a `/` between them, are here. A
    /// request about a bucket alone has the empty key.
    fn has(&self, path: &str) -> bool {
        let path = path.strip_prefix('/').unwrap_or(path);
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let key = form::percent_decode(key);
        bucket == self.bucket && key.is_some_and(|key| key.starts_with(&self.prefix))
    }

    /// Whether the request's path is here.
    pub(crate) fn has_target(&self, uri: &Uri) -> bool {
        self.has(uri.path())
    }

    /// Whether the source of a copy is here; not for what is no copy.
    pub(crate) fn has_source(&self, headers: &HeaderMap) -> bool {
        let source = headers.get("x-amz-copy-source").and_then(|value| value.to_str().ok());
        let path = source.map(|source| source.split('?').next().unwrap_or_default());
        // Some clients encode the `/` between bucket and key, too.
        path.is_some_and(|path| {
            self.has(&path.replacen("%2F", "/", usize::from(!path.contains('/'))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_told_apart_and_keys_decoded() {
        let place = Place { bucket: "photos".into(), prefix: "a b/".into() };
        for (path, here) in [
            ("/photos/a%20b/c", true),
            ("/photos/a%20b/", true),
            ("/photos/a+b/c", false),
            ("/photos/a%20bc", false),
            ("/photos", false),
            ("/photos2/a%20b/c", false),
        ] {
            assert_eq!(place.has_target(&path.parse().unwrap()), here, "{path}");
            let headers = |source: &str| {
                HeaderMap::from_iter([(
                    http::HeaderName::from_static("x-amz-copy-source"),
                    source.parse().unwrap(),
                )])
            };
            assert_eq!(place.has_source(&headers(path)), here, "{path}");
            let named = format!("{}?versionId=x", path.trim_start_matches('/'));
            assert_eq!(place.has_source(&headers(&named)), here, "{named}");
        }
        assert!(!place.has_source(&HeaderMap::new()));
        let bucket = Place { bucket: "photos".into(), prefix: String::new() };
        assert!(bucket.has_target(&"/photos?list-type=2".parse().unwrap()));
    }
}

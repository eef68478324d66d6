//! Which S3 operation a request is. S3 has no operation header: method, path, query and two headers
//! decide (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>).

use http::{HeaderMap, Method, Uri};

/// The API name, such as `GetObject`; `Unknown` for a request that S3 has no operation for.
pub(crate) fn operation(method: &Method, uri: &Uri, headers: &HeaderMap) -> &'static str {
    let query = Query(uri.query().unwrap_or_default());
    let path = uri.path().strip_prefix('/').unwrap_or(uri.path());
    match path.split_once('/') {
        _ if path.is_empty() => service_level(method),
        None | Some((_, "")) => bucket_level(method, query, headers),
        Some(_) => object_level(method, query, headers),
    }
}

fn service_level(method: &Method) -> &'static str {
    if *method == Method::GET { "ListBuckets" } else { "Unknown" }
}

fn bucket_level(method: &Method, query: Query<'_>, headers: &HeaderMap) -> &'static str {
    // Sub-resource, then its operations for GET, PUT and DELETE.
    const SUBRESOURCES: &[(&str, [&str; 3])] = &[
        (
            "accelerate",
            ["GetBucketAccelerateConfiguration", "PutBucketAccelerateConfiguration", "Unknown"],
        ),
        ("acl", ["GetBucketAcl", "PutBucketAcl", "Unknown"]),
        ("cors", ["GetBucketCors", "PutBucketCors", "DeleteBucketCors"]),
        ("encryption", ["GetBucketEncryption", "PutBucketEncryption", "DeleteBucketEncryption"]),
        (
            "lifecycle",
            [
                "GetBucketLifecycleConfiguration",
                "PutBucketLifecycleConfiguration",
                "DeleteBucketLifecycle",
            ],
        ),
        ("location", ["GetBucketLocation", "Unknown", "Unknown"]),
        ("logging", ["GetBucketLogging", "PutBucketLogging", "Unknown"]),
        (
            "notification",
            ["GetBucketNotificationConfiguration", "PutBucketNotificationConfiguration", "Unknown"],
        ),
        ("object-lock", ["GetObjectLockConfiguration", "PutObjectLockConfiguration", "Unknown"]),
        (
            "ownershipControls",
            [
                "GetBucketOwnershipControls",
                "PutBucketOwnershipControls",
                "DeleteBucketOwnershipControls",
            ],
        ),
        ("policy", ["GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"]),
        ("policyStatus", ["GetBucketPolicyStatus", "Unknown", "Unknown"]),
        (
            "publicAccessBlock",
            ["GetPublicAccessBlock", "PutPublicAccessBlock", "DeletePublicAccessBlock"],
        ),
        (
            "replication",
            ["GetBucketReplication", "PutBucketReplication", "DeleteBucketReplication"],
        ),
        ("requestPayment", ["GetBucketRequestPayment", "PutBucketRequestPayment", "Unknown"]),
        ("tagging", ["GetBucketTagging", "PutBucketTagging", "DeleteBucketTagging"]),
        ("uploads", ["ListMultipartUploads", "Unknown", "Unknown"]),
        ("versioning", ["GetBucketVersioning", "PutBucketVersioning", "Unknown"]),
        ("versions", ["ListObjectVersions", "Unknown", "Unknown"]),
        ("website", ["GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"]),
    ];
    if let Some(name) = subresource(SUBRESOURCES, method, query) {
        return name;
    }
    match method.as_str() {
        "GET" if query.value("list-type") == Some("2") => "ListObjectsV2",
        "GET" => "ListObjects",
        "HEAD" => "HeadBucket",
        "PUT" => "CreateBucket",
        "DELETE" => "DeleteBucket",
        "POST" if query.has("delete") => "DeleteObjects",
        "POST" if is_form(headers) => "PostObject",
        _ => "Unknown",
    }
}

fn object_level(method: &Method, query: Query<'_>, headers: &HeaderMap) -> &'static str {
    const SUBRESOURCES: &[(&str, [&str; 3])] = &[
        ("acl", ["GetObjectAcl", "PutObjectAcl", "Unknown"]),
        ("attributes", ["GetObjectAttributes", "Unknown", "Unknown"]),
        ("legal-hold", ["GetObjectLegalHold", "PutObjectLegalHold", "Unknown"]),
        ("retention", ["GetObjectRetention", "PutObjectRetention", "Unknown"]),
        ("tagging", ["GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging"]),
        ("torrent", ["GetObjectTorrent", "Unknown", "Unknown"]),
    ];
    if let Some(name) = subresource(SUBRESOURCES, method, query) {
        return name;
    }
    let upload = query.has("uploadId");
    let copy = headers.contains_key("x-amz-copy-source");
    match method.as_str() {
        "GET" if upload => "ListParts",
        "GET" => "GetObject",
        "HEAD" => "HeadObject",
        "PUT" if upload && copy => "UploadPartCopy",
        "PUT" if upload => "UploadPart",
        "PUT" if copy => "CopyObject",
        "PUT" => "PutObject",
        "DELETE" if upload => "AbortMultipartUpload",
        "DELETE" => "DeleteObject",
        "POST" if query.has("uploads") => "CreateMultipartUpload",
        "POST" if upload => "CompleteMultipartUpload",
        "POST" if query.has("restore") => "RestoreObject",
        "POST" if query.has("select") => "SelectObjectContent",
        _ => "Unknown",
    }
}

fn subresource(
    table: &[(&str, [&'static str; 3])],
    method: &Method,
    query: Query<'_>,
) -> Option<&'static str> {
    let column = match method.as_str() {
        "GET" => 0,
        "PUT" => 1,
        "DELETE" => 2,
        _ => return None,
    };
    let (_, names) = table.iter().find(|(name, _)| query.has(name))?;
    names.get(column).copied()
}

/// Whether this is a browser's form upload, which carries its signature in the form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(http::header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"multipart/form-data"))
}

#[derive(Clone, Copy)]
struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    fn value(self, name: &str) -> Option<&'a str> {
        self.0.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key == name).then_some(value)
        })
    }

    fn has(self, name: &str) -> bool {
        self.value(name).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(method: &str, uri: &str, copy: bool) -> &'static str {
        let mut headers = HeaderMap::new();
        if copy {
            headers.insert("x-amz-copy-source", "a/b".parse().unwrap());
        }
        operation(&method.parse().unwrap(), &uri.parse().unwrap(), &headers)
    }

    #[test]
    fn names_operations() {
        assert_eq!(name("GET", "/", false), "ListBuckets");
        assert_eq!(name("PUT", "/photos", false), "CreateBucket");
        assert_eq!(name("GET", "/photos/?list-type=2&prefix=a", false), "ListObjectsV2");
        assert_eq!(name("GET", "/photos?versioning", false), "GetBucketVersioning");
        assert_eq!(name("POST", "/photos/?delete", false), "DeleteObjects");
        assert_eq!(name("PUT", "/photos/a/b", false), "PutObject");
        assert_eq!(name("PUT", "/photos/a", true), "CopyObject");
        assert_eq!(name("PUT", "/photos/a?partNumber=1&uploadId=u", true), "UploadPartCopy");
        assert_eq!(name("POST", "/photos/a?uploads", false), "CreateMultipartUpload");
        assert_eq!(name("GET", "/photos/a?x-id=GetObject", false), "GetObject");
        assert_eq!(name("GET", "/photos//", false), "GetObject");
        assert_eq!(name("PATCH", "/photos/a", false), "Unknown");
    }
}

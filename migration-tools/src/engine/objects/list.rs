//! Listing a bucket once, a page after the other.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::list_objects_v2::builders::ListObjectsV2FluentBuilder;
use aws_sdk_s3::types::{EncodingType, Object};
use futures::Stream;
use futures::stream;
use required_env_vars::Failure;

use crate::engine::patience::{PATIENCE, Patience, passes};

/// An object as a listing has it.
#[derive(Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub key: String,
    /// Its ETag, in quotes.
    pub etag: String,
    /// Bytes.
    pub size: u64,
    /// Its storage class, where that is not `STANDARD`.
    pub class: Option<String>,
    /// When it was written, seconds since 1970.
    pub modified: i64,
}

/// The pages of a listing: at most 1,000 objects each, in the order of their names. Names come
/// percent-encoded, so that every character survives.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>
pub fn pages<'a>(
    client: &'a Client,
    bucket: &'a str,
    prefix: &'a str,
) -> impl Stream<Item = Result<Vec<Listed>, Failure>> + 'a {
    let listing = Listing { client, bucket, prefix };
    stream::try_unfold(Some(None::<String>), move |token| async move {
        let Some(token) = token else { return Ok(None) };
        let page = listing.page(|call| call.set_continuation_token(token.clone())).await?;
        Ok(Some((page.objects, page.next.map(Some))))
    })
}

/// One page of a listing.
pub(super) struct Page {
    /// What there is, in the order of names.
    pub(super) objects: Vec<Listed>,
    /// What the next page is asked for with, if there is one.
    pub(super) next: Option<String>,
}

/// The page of what comes after a name.
pub(super) async fn page_after(
    client: &Client,
    (bucket, prefix): (&str, &str),
    name: &str,
) -> Result<Page, Failure> {
    Listing { client, bucket, prefix }.page(|call| call.start_after(name)).await
}

#[derive(Clone, Copy)]
struct Listing<'a> {
    client: &'a Client,
    bucket: &'a str,
    prefix: &'a str,
}

impl Listing<'_> {
    /// The page that begins where `from` says.
    async fn page(
        &self,
        from: impl Fn(ListObjectsV2FluentBuilder) -> ListObjectsV2FluentBuilder,
    ) -> Result<Page, Failure> {
        let mut patience = Patience::of(PATIENCE);
        let page = loop {
            let call = self.client.list_objects_v2().bucket(self.bucket).prefix(self.prefix);
            match from(call.encoding_type(EncodingType::Url)).send().await {
                Ok(page) => break page,
                Err(error) => {
                    let failure = Failure::of(&error);
                    if !passes(failure.reason()) || !patience.wait().await {
                        return Err(failure);
                    }
                }
            }
        };
        let objects = page.contents().iter().filter_map(listed).collect();
        let next = page.next_continuation_token.filter(|_| page.is_truncated == Some(true));
        Ok(Page { objects, next })
    }
}

fn listed(object: &Object) -> Option<Listed> {
    let class = object.storage_class().map(|class| class.as_str().to_owned());
    Some(Listed {
        key: decoded(object.key()?),
        etag: object.e_tag()?.to_owned(),
        size: u64::try_from(object.size()?).unwrap_or_default(),
        class: class.filter(|class| class != "STANDARD"),
        modified: object.last_modified().map_or(0, aws_smithy_types::DateTime::secs),
    })
}

/// A name as it was before S3 encoded it: percent signs, and `+` for a space.
fn decoded(key: &str) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        rest = match (first, tail.get(..2).and_then(hex)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                tail.get(2..).unwrap_or_default()
            }
            (b'+', _) => {
                bytes.push(b' ');
                tail
            }
            (byte, _) => {
                bytes.push(*byte);
                tail
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Without the name, which has an id of a user.
impl std::fmt::Debug for Listed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Listed({} bytes, {})", self.size, self.etag)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::copy_source;
    use super::*;

    proptest! {
        #[test]
        fn every_name_survives(key in "\\PC{0,40}|[\\x01-\\x7f]{0,40}") {
            let encoded = copy_source("b", &key);
            prop_assert_eq!(decoded(encoded.strip_prefix("b/").unwrap()), key);
        }
    }

    #[test]
    fn a_plus_is_a_space_and_an_encoded_one_is_itself() {
        assert_eq!(decoded("a+b%2Bc%2520%zz%"), "a b+c%20%zz%");
    }
}

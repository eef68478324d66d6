//! Checksums: what a client declares is verified; what is stored is shown again.
//!
//! Algorithms, full-object and composite checksums:
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use s3s::crypto::{Checksum, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};
use s3s::dto::ChecksumType;
use s3s::{S3Error, S3ErrorCode, S3Result, TrailingHeaders};

use super::content::Content;
use super::refusals;

/// An algorithm that S3 knows for additional checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

const ALL: [Algorithm; 5] =
    [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme, Algorithm::Sha1, Algorithm::Sha256];

impl Algorithm {
    /// Its name in `x-amz-checksum-algorithm`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Algorithm::Crc32 => "CRC32",
            Algorithm::Crc32c => "CRC32C",
            Algorithm::Crc64Nvme => "CRC64NVME",
            Algorithm::Sha1 => "SHA1",
            Algorithm::Sha256 => "SHA256",
        }
    }

    pub(super) fn named(name: &str) -> S3Result<Self> {
        ALL.into_iter().find(|algorithm| algorithm.name() == name).ok_or_else(|| {
            refusals::invalid_request(
                "Checksum algorithm provided is unsupported. Please try again with any of the \
                     valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
            )
        })
    }

    fn header(self) -> &'static str {
        match self {
            Algorithm::Crc32 => "x-amz-checksum-crc32",
            Algorithm::Crc32c => "x-amz-checksum-crc32c",
            Algorithm::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Algorithm::Sha1 => "x-amz-checksum-sha1",
            Algorithm::Sha256 => "x-amz-checksum-sha256",
        }
    }

    fn digest(self, data: &[u8]) -> Vec<u8> {
        match self {
            Algorithm::Crc32 => Crc32::checksum(data).to_vec(),
            Algorithm::Crc32c => Crc32c::checksum(data).to_vec(),
            Algorithm::Crc64Nvme => Crc64Nvme::checksum(data).to_vec(),
            Algorithm::Sha1 => Sha1::checksum(data).to_vec(),
            Algorithm::Sha256 => Sha256::checksum(data).to_vec(),
        }
    }

    /// The checksum of `data`, in base64.
    pub(super) fn checksum(self, data: &[u8]) -> String {
        BASE64.encode(self.digest(data))
    }
}

/// A checksum in base64 and how it was made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stored {
    pub(super) algorithm: Algorithm,
    pub(super) value: String,
    /// Made from the checksums of the parts, not from the bytes.
    pub(super) composite: bool,
}

impl Stored {
    /// The checksum of all of `data`.
    pub(super) fn of(algorithm: Algorithm, data: &Content) -> Self {
        Stored { algorithm, value: algorithm.checksum(&data.digested()), composite: false }
    }

    /// The checksum over the checksums of the parts, which ends in the number of parts.
    pub(super) fn composite<'a>(
        algorithm: Algorithm,
        parts: impl Iterator<Item = &'a Content>,
    ) -> Self {
        let digests: Vec<Vec<u8>> = parts.map(|part| algorithm.digest(&part.digested())).collect();
        let value = format!("{}-{}", algorithm.checksum(&digests.concat()), digests.len());
        Stored { algorithm, value, composite: true }
    }

    pub(super) fn kind(&self) -> ChecksumType {
        ChecksumType::from_static(if self.composite {
            ChecksumType::COMPOSITE
        } else {
            ChecksumType::FULL_OBJECT
        })
    }
}

/// The checksum members of a shape of the API, by algorithm.
macro_rules! declared {
    ($shape:expr) => {
        [
            ($crate::s3::checksums::Algorithm::Crc32, $shape.checksum_crc32.as_deref()),
            ($crate::s3::checksums::Algorithm::Crc32c, $shape.checksum_crc32c.as_deref()),
            ($crate::s3::checksums::Algorithm::Crc64Nvme, $shape.checksum_crc64nvme.as_deref()),
            ($crate::s3::checksums::Algorithm::Sha1, $shape.checksum_sha1.as_deref()),
            ($crate::s3::checksums::Algorithm::Sha256, $shape.checksum_sha256.as_deref()),
        ]
    };
}
pub(super) use declared;

/// Writes a checksum into the member of a shape that its algorithm has.
macro_rules! show {
    ($stored:expr, $shape:expr) => {
        match $stored.algorithm {
            $crate::s3::checksums::Algorithm::Crc32 => {
                $shape.checksum_crc32 = Some($stored.value.clone())
            }
            $crate::s3::checksums::Algorithm::Crc32c => {
                $shape.checksum_crc32c = Some($stored.value.clone())
            }
            $crate::s3::checksums::Algorithm::Crc64Nvme => {
                $shape.checksum_crc64nvme = Some($stored.value.clone())
            }
            $crate::s3::checksums::Algorithm::Sha1 => {
                $shape.checksum_sha1 = Some($stored.value.clone())
            }
            $crate::s3::checksums::Algorithm::Sha256 => {
                $shape.checksum_sha256 = Some($stored.value.clone())
            }
        }
    };
}
pub(super) use show;

/// The one checksum that a client declared, in a header or behind the body.
pub(super) fn one_of(
    members: [(Algorithm, Option<&str>); 5],
    trailers: Option<&TrailingHeaders>,
) -> S3Result<Option<(Algorithm, String)>> {
    let mut found: Vec<(Algorithm, String)> = members
        .into_iter()
        .filter_map(|(algorithm, value)| Some((algorithm, value?.to_owned())))
        .collect();
    let behind = trailers.and_then(|trailers| {
        trailers.read(|headers| {
            ALL.iter()
                .filter_map(|algorithm| {
                    Some((*algorithm, headers.get(algorithm.header())?.to_str().ok()?.to_owned()))
                })
                .collect::<Vec<_>>()
        })
    });
    found.extend(behind.unwrap_or_default());
    if found.len() > 1 {
        return Err(refusals::invalid_request(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        ));
    }
    Ok(found.pop())
}

/// Refuses `data` that is not what the client declared.
pub(super) fn verify(declared: Option<&(Algorithm, String)>, data: &[u8]) -> S3Result<()> {
    let Some((algorithm, value)) = declared else {
        return Ok(());
    };
    let digest = algorithm.digest(data);
    match BASE64.decode(value) {
        Ok(declared) if declared == digest => Ok(()),
        Ok(declared) if declared.len() == digest.len() => Err(S3Error::with_message(
            S3ErrorCode::BadDigest,
            format!(
                "The {} you specified did not match the calculated checksum.",
                algorithm.name()
            ),
        )),
        _ => Err(refusals::invalid_request(format!(
            "Value for {} header is invalid.",
            algorithm.header()
        ))),
    }
}

/// The same for the older `Content-MD5` header.
pub(super) fn verify_md5(declared: Option<&str>, data: &[u8]) -> S3Result<()> {
    let Some(value) = declared else { return Ok(()) };
    let digest = Md5::checksum(data);
    match BASE64.decode(value) {
        Ok(declared) if declared == digest => Ok(()),
        Ok(declared) if declared.len() == digest.len() => Err(S3Error::with_message(
            S3ErrorCode::BadDigest,
            "The Content-MD5 you specified did not match what we received.",
        )),
        _ => Err(S3Error::with_message(
            S3ErrorCode::InvalidDigest,
            "The Content-MD5 you specified was invalid.",
        )),
    }
}

/// What a body of XML must bring and match: many deletions are not taken on a client's word.
pub(super) fn verify_xml_body(
    headers: &http::HeaderMap,
    body: &[u8],
    required: bool,
) -> S3Result<()> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let md5 = text("content-md5");
    let members = ALL.map(|algorithm| (algorithm, text(algorithm.header())));
    let declared = one_of(members, None)?;
    if required && md5.is_none() && declared.is_none() && text("x-amz-trailer").is_none() {
        return Err(refusals::invalid_request(
            "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
        ));
    }
    verify_md5(md5, body)?;
    verify(declared.as_ref(), body)
}

/// MD5 in lower-case hexadecimal digits, as ETags have it.
pub(super) fn md5_hex(data: &[u8]) -> String {
    Md5::checksum(data).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The ETag of a plain put.
pub(super) fn etag(content: &Content) -> String {
    md5_hex(&content.digested())
}

/// The ETag of a multipart upload: the MD5 of the MD5s of its parts, and their number.
pub(super) fn multipart_etag<'a>(parts: impl Iterator<Item = &'a Content>) -> String {
    let digests: Vec<[u8; 16]> = parts.map(|part| Md5::checksum(&part.digested())).collect();
    format!("{}-{}", md5_hex(&digests.concat()), digests.len())
}

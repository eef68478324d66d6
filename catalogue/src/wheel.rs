//! The service models inside botocore's wheel: a zip with one gzipped JSON file per service and API
//! version.

use std::io::{Cursor, Read as _};

use flate2::read::GzDecoder;
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

/// Why a wheel could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WheelError {
    #[error("the file is no wheel: {0}; download one with `pip download --no-deps botocore`")]
    Zip(#[from] zip::result::ZipError),
    #[error(
        "the wheel has no metadata file `botocore-VERSION.dist-info/METADATA`; is it botocore's?"
    )]
    NotBotocore,
    #[error("the wheel has no model of the service `{service}`; was it renamed?")]
    NoModel { service: &'static str },
    #[error("`{path}` in the wheel cannot be unpacked: {source}")]
    Unpack { path: String, source: std::io::Error },
}

/// An opened wheel.
pub(crate) struct Wheel {
    archive: ZipArchive<Cursor<Vec<u8>>>,
    /// Of botocore.
    pub(crate) version: String,
    /// Of the whole file, hexadecimal.
    pub(crate) sha256: String,
}

impl Wheel {
    pub(crate) fn open(bytes: Vec<u8>) -> Result<Self, WheelError> {
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let archive = ZipArchive::new(Cursor::new(bytes))?;
        let version = archive
            .file_names()
            .find_map(|name| name.strip_prefix("botocore-")?.strip_suffix(".dist-info/METADATA"))
            .ok_or(WheelError::NotBotocore)?
            .to_owned();
        Ok(Self { archive, version, sha256 })
    }

    /// The JSON of a service's model, of its latest API version. Versions are dates, so the
    /// greatest is the latest.
    pub(crate) fn model(&mut self, service: &'static str) -> Result<Vec<u8>, WheelError> {
        let prefix = format!("botocore/data/{service}/");
        let path = self
            .archive
            .file_names()
            .filter(|name| name.starts_with(&prefix) && name.ends_with("/service-2.json.gz"))
            .max()
            .ok_or(WheelError::NoModel { service })?
            .to_owned();
        let mut json = Vec::new();
        let file = self.archive.by_name(&path)?;
        GzDecoder::new(file)
            .read_to_end(&mut json)
            .map_err(|source| WheelError::Unpack { path, source })?;
        Ok(json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use zip::write::SimpleFileOptions;

    fn wheel(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn the_latest_version_of_a_model_is_read() {
        let bytes = wheel(&[
            ("botocore-1.2.3.dist-info/METADATA", b""),
            ("botocore/data/lambda/2014-11-11/service-2.json.gz", &gzip(b"old")),
            ("botocore/data/lambda/2015-03-31/service-2.json.gz", &gzip(b"new")),
        ]);
        let mut wheel = Wheel::open(bytes).unwrap();
        assert_eq!(wheel.version, "1.2.3");
        assert_eq!(wheel.model("lambda").unwrap(), b"new");
        assert!(matches!(wheel.model("s3"), Err(WheelError::NoModel { service: "s3" })));
    }

    #[test]
    fn other_files_are_refused() {
        assert!(matches!(Wheel::open(b"no zip".to_vec()), Err(WheelError::Zip(_))));
        let other = wheel(&[("other-1.0.dist-info/METADATA", b"")]);
        assert!(matches!(Wheel::open(other), Err(WheelError::NotBotocore)));
    }
}

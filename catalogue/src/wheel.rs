//! Files inside a Python wheel, which is a zip. Botocore's holds one gzipped JSON file per service
//! and API version.

use std::io::{Cursor, Read as _};

use flate2::read::GzDecoder;
use zip::ZipArchive;

/// Why a wheel could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WheelError {
    #[error("the file is no wheel: {0}; download one with `pip download --no-deps`")]
    Zip(#[from] zip::result::ZipError),
    #[error(
        "the wheel has no metadata file `{package}-VERSION.dist-info/METADATA`; is it {package}'s?"
    )]
    OtherPackage { package: &'static str },
    #[error("the wheel has no file `{path}`; was it renamed?")]
    NoFile { path: &'static str },
    #[error("the wheel has no model of the service `{service}`; was it renamed?")]
    NoModel { service: &'static str },
    #[error("`{path}` in the wheel cannot be unpacked: {source}")]
    Unpack { path: String, source: std::io::Error },
}

/// An opened wheel.
pub(crate) struct Wheel {
    archive: ZipArchive<Cursor<Vec<u8>>>,
    /// Of the package.
    pub(crate) version: String,
    /// Of the whole file, hexadecimal.
    pub(crate) sha256: String,
}

impl Wheel {
    /// Opens the wheel of this package.
    pub(crate) fn open(bytes: Vec<u8>, package: &'static str) -> Result<Self, WheelError> {
        let sha256 = crate::sha256(&bytes);
        let archive = ZipArchive::new(Cursor::new(bytes))?;
        let version = archive
            .file_names()
            .find_map(|name| {
                let rest = name.strip_prefix(package)?.strip_prefix('-')?;
                rest.strip_suffix(".dist-info/METADATA")
            })
            .ok_or(WheelError::OtherPackage { package })?
            .to_owned();
        Ok(Self { archive, version, sha256 })
    }

    /// A file of the wheel.
    pub(crate) fn file(&mut self, path: &'static str) -> Result<Vec<u8>, WheelError> {
        if self.archive.index_for_name(path).is_none() {
            return Err(WheelError::NoFile { path });
        }
        let mut bytes = Vec::new();
        self.archive
            .by_name(path)?
            .read_to_end(&mut bytes)
            .map_err(|source| WheelError::Unpack { path: path.to_owned(), source })?;
        Ok(bytes)
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
        let mut wheel = Wheel::open(bytes, "botocore").unwrap();
        assert_eq!(wheel.version, "1.2.3");
        assert_eq!(wheel.model("lambda").unwrap(), b"new");
        assert!(matches!(wheel.model("s3"), Err(WheelError::NoModel { service: "s3" })));
        assert_eq!(wheel.file("botocore-1.2.3.dist-info/METADATA").unwrap(), b"");
        assert!(matches!(wheel.file("other"), Err(WheelError::NoFile { path: "other" })));
    }

    #[test]
    fn other_files_are_refused() {
        assert!(matches!(Wheel::open(b"no zip".to_vec(), "botocore"), Err(WheelError::Zip(_))));
        let other = wheel(&[("other-1.0.dist-info/METADATA", b"")]);
        assert!(matches!(
            Wheel::open(other, "botocore"),
            Err(WheelError::OtherPackage { package: "botocore" })
        ));
    }
}

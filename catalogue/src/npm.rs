//! Files inside a package of npm: a gzipped tar whose files stand below `package/`.

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::GzDecoder;

/// Why a package could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NpmError {
    #[error("the file is no gzipped tar: {0}; get one with `npm pack`")]
    Archive(#[from] std::io::Error),
    #[error("the package has no file `{0}`; was it renamed?")]
    NoFile(String),
}

/// The JSON files of a package.
#[derive(Debug)]
pub(crate) struct Package {
    files: BTreeMap<String, Vec<u8>>,
}

impl Package {
    pub(crate) fn open(bytes: &[u8]) -> Result<Self, NpmError> {
        let mut files = BTreeMap::new();
        for entry in tar::Archive::new(GzDecoder::new(bytes)).entries()? {
            let mut entry = entry?;
            let path = entry.path()?.to_string_lossy().into_owned();
            if let Some(path) = path.strip_prefix("package/").filter(|path| path.ends_with(".json"))
            {
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes)?;
                files.insert(path.to_owned(), bytes);
            }
        }
        Ok(Self { files })
    }

    /// A file, by its path below the package.
    pub(crate) fn file(&self, path: &str) -> Result<&[u8], NpmError> {
        self.files.get(path).map(Vec::as_slice).ok_or_else(|| NpmError::NoFile(path.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::write::GzEncoder;

    #[test]
    fn json_files_are_found_below_the_package() {
        let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        for (path, bytes) in [("package/data/a.json", b"{}"), ("package/README.md", b"hi")] {
            let mut header = tar::Header::new_gnu();
            header.set_size(2);
            header.set_cksum();
            tar.append_data(&mut header, path, &bytes[..]).unwrap();
        }
        let package = Package::open(&tar.into_inner().unwrap().finish().unwrap()).unwrap();
        assert_eq!(package.file("data/a.json").unwrap(), b"{}");
        assert!(matches!(package.file("README.md"), Err(NpmError::NoFile(_))));
    }

    #[test]
    fn other_files_are_refused() {
        assert!(matches!(Package::open(b"no tar"), Err(NpmError::Archive(_))));
    }
}

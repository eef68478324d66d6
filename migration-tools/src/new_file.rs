//! A file that appears whole or not at all, and never in the place of another, unless it is told to.
//!
//! It is written in the same folder as `.migration-tools-{number}.partial`, which only the owner may
//! read, and gets its name when it is complete. What a killed run left there is removed by the next one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// How partial files are named, before their number and behind it.
const START: &str = ".migration-tools-";
const END: &str = ".partial";

/// A file that is being written. Dropped before [`publish`](NewFile::publish), it leaves nothing.
#[derive(Debug)]
pub struct NewFile {
    path: PathBuf,
    partial: PathBuf,
    file: BufWriter<File>,
}

impl NewFile {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// [`AlreadyExists`](ErrorKind::AlreadyExists) where there is such a file, and what the system says
    /// where none can be written there.
    pub fn create(path: &Path) -> io::Result<Self> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        Self::create_beside(path)
    }

    /// Begins a file that may take the place of another: for [`replace`](NewFile::replace).
    ///
    /// # Errors
    ///
    /// What the system says where none can be written there.
    pub fn create_beside(path: &Path) -> io::Result<Self> {
        if path.file_name().is_none() {
            return Err(io::Error::new(ErrorKind::InvalidInput, "it names no file"));
        }
        let folder = folder(path);
        remove_abandoned(folder);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let number = format!("{}-{}", std::process::id(), since.as_nanos());
        let partial = folder.join(format!("{START}{number}{END}"));
        let file = open(&partial)?;
        // Tells a run that is alive from one that was killed. Where there are no locks, nothing that
        // others left is ever removed either.
        let _ = file.try_lock();
        Ok(Self { path: path.to_owned(), partial, file: BufWriter::new(file) })
    }

    /// What was written so far, from its start, to be read once more.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn written(&mut self) -> io::Result<&mut File> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }

    /// Gives the file its name, when it has reached the disk.
    ///
    /// # Errors
    ///
    /// [`AlreadyExists`](ErrorKind::AlreadyExists) where another one has that name by now; what the
    /// system says where it cannot be written. There is no file then.
    pub fn publish(mut self) -> io::Result<()> {
        self.finish()?;
        match fs::hard_link(&self.partial, &self.path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
            // File systems without links; a file that comes in between is lost there.
            Err(_) if fs::symlink_metadata(&self.path).is_err() => {
                fs::rename(&self.partial, &self.path)?;
            }
            Err(_) => return Err(ErrorKind::AlreadyExists.into()),
        }
        self.settle();
        Ok(())
    }

    /// Gives the file its name, when it has reached the disk, and takes it from a file that has it.
    ///
    /// # Errors
    ///
    /// What the system says. The other file is as it was then.
    pub fn replace(mut self) -> io::Result<()> {
        self.finish()?;
        fs::rename(&self.partial, &self.path)?;
        self.settle();
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()
    }

    /// A name is on the disk when its folder is; systems that cannot open folders do it themselves.
    fn settle(&self) {
        if let Ok(folder) = File::open(folder(&self.path)) {
            let _ = folder.sync_all();
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.partial);
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Removes partial files that nobody writes any more. That one stays is no reason not to write another.
fn remove_abandoned(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let ours = name.starts_with(START.as_bytes()) && name.ends_with(END.as_bytes());
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if ours && is_file && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("new-file-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn it_appears_whole_or_not_at_all_and_replaces_nothing() {
        let folder = scratch("whole");
        let path = folder.join("a.csv");
        let mut first = NewFile::create(&path).unwrap();
        let mut second = NewFile::create(&path).unwrap();
        first.write_all(b"first").unwrap();
        second.write_all(b"second").unwrap();
        assert!(!path.exists(), "it has no name before it is complete");
        assert_eq!(names(&folder).len(), 2, "what is being written is not swept away");
        first.publish().unwrap();
        assert_eq!(second.publish().unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(NewFile::create(&path).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!((fs::read(&path).unwrap(), names(&folder).len()), (b"first".to_vec(), 1));
        drop(NewFile::create(&folder.join("b.csv")).unwrap());
        assert_eq!(names(&folder), ["a.csv"]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn it_takes_the_place_of_another_only_when_it_is_told_to() {
        let folder = scratch("replace");
        let path = folder.join("a.html");
        fs::write(&path, "old").unwrap();
        let mut file = NewFile::create_beside(&path).unwrap();
        file.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        file.replace().unwrap();
        assert_eq!((fs::read(&path).unwrap(), names(&folder).len()), (b"new".to_vec(), 1));
        let refused = NewFile::create_beside(&path).unwrap().publish().unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"new");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_nothing_else() {
        let folder = scratch("killed");
        for name in [".migration-tools-1-1.partial", ".migration-tools.toml", "a.csv.partial"] {
            fs::write(folder.join(name), "x").unwrap();
        }
        drop(NewFile::create(&folder.join("a.csv")).unwrap());
        let mut left = names(&folder);
        left.sort();
        assert_eq!(left, [".migration-tools.toml", "a.csv.partial"]);
        fs::remove_dir_all(folder).unwrap();
    }
}

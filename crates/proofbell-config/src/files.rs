//! Where configuration and templates are read from: the disk, or a map built into a program.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// Reads files. Everything that [`crate::load`] reads goes through it, secrets and templates too.
pub trait Files {
    /// The whole text of a file.
    ///
    /// # Errors
    /// As [`std::fs::read_to_string`]: not there, not readable, not UTF-8.
    fn read(&self, path: &Path) -> io::Result<String>;

    /// The first 64 KiB of a file's text: what tells the columns of a table that may be long.
    ///
    /// # Errors
    /// As [`Files::read`].
    fn read_start(&self, path: &Path) -> io::Result<String> {
        self.read(path)
    }

    /// The names in a directory, sorted, without hidden ones.
    ///
    /// # Errors
    /// As [`std::fs::read_dir`].
    fn list(&self, directory: &Path) -> io::Result<Vec<Listed>>;

    /// Whether a file or directory of this path is there.
    fn exists(&self, path: &Path) -> bool;

    /// Whether every user of the machine can read a file. Where nobody knows, that is taken for no.
    fn is_readable_by_all(&self, path: &Path) -> bool {
        let _ = path;
        false
    }
}

/// A name in a directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// The name, without the directory.
    pub name: String,
    /// Whether it is a directory itself.
    pub kind: ListedKind,
}

/// What a name in a directory stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListedKind {
    /// A file, or a link to one.
    File,
    /// A directory, or a link to one.
    Directory,
}

/// The disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

/// How much [`Files::read_start`] reads.
const START: u64 = 64 * 1024;

impl Files for Disk {
    fn read_start(&self, path: &Path) -> io::Result<String> {
        // A pipe would block at being opened.
        if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
        }
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(START).read_to_end(&mut bytes)?;
        match std::str::from_utf8(&bytes) {
            Ok(_) => {}
            // Where the reading stopped, it may have cut a character in two.
            Err(error) if error.error_len().is_none() => bytes.truncate(error.valid_up_to()),
            Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        }
        String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        std::fs::read_to_string(path)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<Listed>> {
        let mut listed = Vec::new();
        for entry in std::fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            // Links are followed, because Kubernetes mounts every file as one. A dangling one is left to the reading of it.
            let directory = std::fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_dir());
            let kind = if directory { ListedKind::Directory } else { ListedKind::File };
            listed.push(Listed { name, kind });
        }
        listed.sort();
        Ok(listed)
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    #[cfg(unix)]
    fn is_readable_by_all(&self, path: &Path) -> bool {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
        let Ok(path) = path.canonicalize() else { return false };
        // A directory that others cannot enter keeps everything in it from them.
        mode(&path) & 0o004 != 0 && path.ancestors().skip(1).all(|above| mode(above) & 0o001 != 0)
    }
}

/// Files held in memory: what a program has built in.
#[derive(Clone, Debug, Default)]
pub struct Embedded {
    files: BTreeMap<PathBuf, String>,
}

impl Embedded {
    /// These files, by paths such as `config/rules.toml`.
    pub fn new<P: AsRef<Path>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Embedded {
        let files = files.into_iter().map(|(path, text)| (tidy(path.as_ref()), text.into())).collect();
        Embedded { files }
    }
}

impl Files for Embedded {
    fn read(&self, path: &Path) -> io::Result<String> {
        self.files.get(&tidy(path)).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<Listed>> {
        let directory = tidy(directory);
        let mut listed = BTreeSet::new();
        for path in self.files.keys() {
            let Ok(rest) = path.strip_prefix(&directory) else { continue };
            let mut parts = rest.components();
            let Some(name) = parts.next() else { continue };
            let kind = match parts.next() {
                Some(_) => ListedKind::Directory,
                None => ListedKind::File,
            };
            listed.insert(Listed { name: name.as_os_str().to_string_lossy().into_owned(), kind });
        }
        match listed.is_empty() {
            true => Err(io::ErrorKind::NotFound.into()),
            false => Ok(listed.into_iter().collect()),
        }
    }

    fn exists(&self, path: &Path) -> bool {
        let path = tidy(path);
        self.files.keys().any(|known| known.starts_with(&path))
    }
}

/// The path without `.` and, where a name stands before it, without `..`. For showing and for looking up in a map; the disk is
/// asked with the path as written, because `..` behind a link leads elsewhere.
pub(crate) fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(tidy.components().next_back(), Some(Component::Normal(_))) => {
                tidy.pop();
            }
            other => tidy.push(other),
        }
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_tidied_for_people() {
        let table = [
            ("config/../templates/x.hbs", "templates/x.hbs"),
            ("./config/./a.toml", "config/a.toml"),
            ("../templates", "../templates"),
            ("../../a", "../../a"),
            ("/etc/../x", "/x"),
            ("a/..", ""),
        ];
        for (path, expected) in table {
            assert_eq!(tidy(Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn embedded_files_list_like_a_disk() {
        let files =
            Embedded::new([("t/a/email.en.hbs", "A"), ("t/partials/top.hbs", "T"), ("t/README.md", "R")]);
        let names: Vec<_> =
            files.list(Path::new("config/../t")).unwrap().into_iter().map(|l| (l.name, l.kind)).collect();
        let expected = [
            ("README.md", ListedKind::File),
            ("a", ListedKind::Directory),
            ("partials", ListedKind::Directory),
        ];
        assert_eq!(names, expected.map(|(name, kind)| (name.to_owned(), kind)));
        assert_eq!(files.read(Path::new("t/x/../a/email.en.hbs")).unwrap(), "A");
        assert_eq!(files.read(Path::new("t/a")).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(files.list(Path::new("u")).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(files.exists(Path::new("t/a")) && !files.exists(Path::new("t/b")));
    }

    #[test]
    #[cfg(unix)]
    fn the_disk_knows_who_can_read_a_file() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret");
        std::fs::write(&file, "x").unwrap();
        let check = |of_file: u32, of_directory: u32, expected: bool| {
            let set =
                |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
            set(&file, of_file).unwrap();
            set(directory.path(), of_directory).unwrap();
            assert_eq!(Disk.is_readable_by_all(&file), expected, "{of_file:o} in {of_directory:o}");
        };
        check(0o644, 0o755, true);
        check(0o640, 0o755, false);
        check(0o644, 0o700, false);
        assert!(!Disk.is_readable_by_all(&directory.path().join("gone")));
    }

    #[test]
    fn the_disk_lists_without_hidden_names() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["b.toml", "a.toml", ".hidden.toml"] {
            std::fs::write(directory.path().join(name), "").unwrap();
        }
        std::fs::create_dir(directory.path().join("tests")).unwrap();
        let listed = Disk.list(directory.path()).unwrap();
        let names: Vec<_> = listed.iter().map(|listed| (listed.name.as_str(), listed.kind)).collect();
        let expected =
            [("a.toml", ListedKind::File), ("b.toml", ListedKind::File), ("tests", ListedKind::Directory)];
        assert_eq!(names, expected);
    }
}

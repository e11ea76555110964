//! Writing many files so that either all of them are there or none.

use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::starter::StarterFile;

/// Writes the files below a directory. They are made aside and then moved into their places, whole directories at once; when something
/// fails, what was moved is taken away again.
///
/// # Errors
/// When something cannot be written, or is there already.
pub(super) fn publish(directory: &Path, files: &[StarterFile]) -> io::Result<()> {
    let mut moved = Moved { made: missing_ancestors(directory), paths: Vec::new() };
    let result = std::fs::create_dir_all(directory).and_then(|()| {
        let aside = TempDir::with_prefix_in(".proofbell-init-", directory)?;
        for file in files {
            let path = aside.path().join(&file.path);
            path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            std::fs::write(path, &file.text)?;
        }
        move_all(aside.path(), directory, &mut moved)
    });
    if result.is_err() {
        moved.undo();
    }
    result
}

/// What stands in its place already.
struct Moved {
    /// Directories that were not there before, the outermost last.
    made: Vec<PathBuf>,
    paths: Vec<PathBuf>,
}

impl Moved {
    /// Takes away what was put there. What cannot be taken away stays: there is nobody left to tell.
    fn undo(&self) {
        for path in self.paths.iter().rev() {
            let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        }
        for directory in &self.made {
            let _ = std::fs::remove_dir(directory);
        }
    }
}

fn missing_ancestors(directory: &Path) -> Vec<PathBuf> {
    let ancestors = directory.ancestors().filter(|path| !path.as_os_str().is_empty());
    ancestors.take_while(|path| !path.exists()).map(Path::to_owned).collect()
}

/// Moves what is in one directory into another; where both have a directory, what is in that.
fn move_all(from: &Path, into: &Path, moved: &mut Moved) -> io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = into.join(entry.file_name());
        let is_directory = entry.file_type()?.is_dir();
        match std::fs::symlink_metadata(&target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                std::fs::rename(entry.path(), &target)?;
                moved.paths.push(target);
            }
            Err(error) => return Err(error),
            Ok(_) if is_directory && target.is_dir() => move_all(&entry.path(), &target, moved)?,
            Ok(_) => {
                let message = format!("{} is there already", target.display());
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> StarterFile {
        StarterFile { path: path.into(), text: path.to_owned() }
    }

    /// All paths below a directory.
    fn tree(directory: &Path) -> Vec<String> {
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap()) {
            let name = entry.file_name().into_string().unwrap();
            match entry.file_type().unwrap().is_dir() {
                true => {
                    paths.push(format!("{name}/"));
                    paths.extend(tree(&entry.path()).into_iter().map(|below| format!("{name}/{below}")));
                }
                false => paths.push(name),
            }
        }
        paths.sort();
        paths
    }

    #[test]
    fn all_of_it_is_written_or_nothing() {
        let files = [file("config/a.toml"), file("config/tests/b.toml"), file("templates/x/c.hbs")];
        let check = |there: &[&str], written: bool| {
            let home = tempfile::tempdir().unwrap();
            for path in there {
                std::fs::create_dir_all(home.path().join(path).parent().unwrap()).unwrap();
                std::fs::write(home.path().join(path), "mine").unwrap();
            }
            let before = tree(home.path());
            assert_eq!(publish(home.path(), &files).is_ok(), written, "{there:?}");
            let after = tree(home.path());
            match written {
                true => assert!(
                    files.iter().all(|file| after.contains(&file.path.display().to_string())),
                    "{after:?}"
                ),
                false => assert_eq!(after, before, "{there:?}"),
            }
            for path in there {
                assert_eq!(std::fs::read_to_string(home.path().join(path)).unwrap(), "mine");
            }
        };
        check(&[], true);
        check(&["config/other", "templates/x/other"], true);
        check(&["config/a.toml"], false);
        check(&["templates/x/c.hbs"], false);
        check(&["config/a.toml", "templates/x/c.hbs", "config/tests/mine"], false);
        check(&["templates"], false);
    }

    #[test]
    fn a_directory_that_was_made_for_it_goes_with_it() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("a/b");
        let twice = [file("config"), file("config/a.toml")];
        assert!(publish(&target, &twice).is_err(), "a file cannot be a directory");
        assert_eq!(tree(home.path()), [""; 0]);
        publish(&target, &twice[1..]).unwrap();
        assert_eq!(tree(home.path()), ["a/", "a/b/", "a/b/config/", "a/b/config/a.toml"]);
    }
}

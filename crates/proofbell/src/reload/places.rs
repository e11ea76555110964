//! Where something has to happen on the disk before what was read can be another.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::witness::{Question, Seen, is_loaded};

/// Links behind links, at most: as many as the kernel follows.
const LINKS: usize = 40;

/// Which names matter in a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Names {
    /// Those that were asked for.
    asked: BTreeSet<OsString>,
    /// Whether the directory was listed, so that new names matter, too.
    listed: Listed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Listed {
    Yes,
    #[default]
    No,
}

/// The directories to watch, by their real paths. Directories and not files, because files are replaced by renaming others over them or
/// by turning a link elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    names: BTreeMap<PathBuf, Names>,
    /// What each directory is behind its name; another one of the same name has to be watched anew.
    identities: BTreeMap<PathBuf, (u64, u64)>,
}

impl Places {
    pub(super) fn of(seen: &Seen) -> Places {
        let mut places = Places::default();
        for question in seen.questions() {
            let path = std::path::absolute(question.path()).unwrap_or_else(|_| question.path().to_owned());
            places.follow(&path, LINKS);
            if let Question::List(_) = question
                && let Ok(real) = fs::canonicalize(&path)
            {
                places.names.entry(real).or_default().listed = Listed::Yes;
            }
        }
        let identity = |directory: &PathBuf| Some((directory.clone(), identity(directory)?));
        places.identities = places.names.keys().filter_map(identity).collect();
        places
    }

    pub(super) fn directories(&self) -> impl Iterator<Item = &Path> {
        self.names.keys().map(PathBuf::as_path)
    }

    /// Whether something that happened at this path matters.
    pub(super) fn concerns(&self, path: &Path) -> bool {
        if self.names.contains_key(path) {
            return true;
        }
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else { return false };
        self.names.get(directory).is_some_and(|names| {
            names.asked.contains(name) || names.listed == Listed::Yes && may_be_loaded(path, name)
        })
    }

    /// Notes each link on the way to a path, and what is at its end.
    fn follow(&mut self, path: &Path, links: usize) {
        let mut walked = PathBuf::new();
        let mut rest = path.components();
        while let Some(component) = rest.next() {
            let before = walked.clone();
            walked.push(component);
            let Component::Normal(name) = component else { continue };
            let Ok(target) = fs::read_link(&walked) else { continue };
            self.note(&before, name);
            if links > 0 {
                // An absolute target replaces what was walked.
                self.follow(&before.join(target).join(rest.as_path()), links - 1);
            }
            return;
        }
        self.note_end(path);
    }

    /// What is at the end of a path, or would be: of what is not there, the nearest directory above.
    fn note_end(&mut self, path: &Path) {
        let mut path = path;
        while let (Some(directory), Some(name)) = (path.parent(), path.file_name()) {
            if directory.is_dir() {
                self.note(directory, name);
                break;
            }
            path = directory;
        }
        // A directory is replaced as a whole, too.
        if let Some(directory) = path.parent()
            && let (Some(above), Some(name)) = (directory.parent(), directory.file_name())
        {
            self.note(above, name);
        }
    }

    fn note(&mut self, directory: &Path, name: &OsStr) {
        let Ok(real) = fs::canonicalize(directory) else { return };
        self.names.entry(real).or_default().asked.insert(name.to_owned());
    }
}

/// Whether loading could care about this name in a directory that it listed: a database beside the configuration is written all the time.
fn may_be_loaded(path: &Path, name: &OsStr) -> bool {
    let shown = name.to_string_lossy();
    // Kubernetes turns its link `..data` elsewhere; other hidden names are not listed.
    if shown.starts_with('.') {
        return shown.starts_with("..");
    }
    match path.extension() {
        Some(_) => is_loaded(&shown) || path.is_dir(),
        // What is gone may have been a directory.
        None => !path.is_file(),
    }
}

/// Device and number of a directory.
fn identity(directory: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(directory).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use proofbell_config::Files;

    use super::super::witness::Witness;
    use super::*;

    /// The places of a configuration as Kubernetes mounts it, with a secret and a file that is not there.
    fn mounted(home: &Path) -> Places {
        for directory in ["..one", "secrets", "templates", "dotted.name"] {
            fs::create_dir_all(home.join("config").join(directory)).unwrap();
        }
        fs::create_dir(home.join("run")).unwrap();
        fs::write(home.join("config/4913"), "").unwrap();
        fs::write(home.join("config/..one/all.toml"), "").unwrap();
        fs::write(home.join("run/token"), "").unwrap();
        symlink("..one", home.join("config/..data")).unwrap();
        symlink("..data/all.toml", home.join("config/all.toml")).unwrap();
        symlink(home.join("run"), home.join("config/secrets/run")).unwrap();
        let witness = Witness::default();
        witness.list(&home.join("config")).unwrap();
        witness.read(&home.join("config/all.toml")).unwrap();
        witness.read(&home.join("config/secrets/run/token")).unwrap();
        witness.read(&home.join("config/key.pem")).unwrap_err();
        witness.exists(&home.join("data/far/away.csv"));
        Places::of(&witness.into_seen())
    }

    #[test]
    fn links_on_the_way_are_watched_where_they_stand() {
        let home = tempfile::tempdir().unwrap();
        let home = fs::canonicalize(home.path()).unwrap();
        let places = mounted(&home);
        let table = [
            ("config/..data", true),
            ("config/new.toml", true),
            ("config/new.hbs", true),
            ("config/new", true),
            ("config/dotted.name", true),
            ("config/..2026_02_10", true),
            ("config/.new.toml.swp", false),
            ("config/new.toml~", false),
            ("config/4913", false),
            ("config/proofbell.db", false),
            ("config/proofbell.db-wal", false),
            ("config/key.pem", true),
            ("config/all.toml", true),
            ("config/..one/all.toml", true),
            ("config/..one/other", false),
            ("config", true),
            ("config/secrets/run", true),
            ("config/secrets/other", false),
            ("run/token", true),
            ("run/lock", false),
            ("data", true),
            ("elsewhere", false),
            ("data/far", false),
        ];
        for (path, expected) in table {
            assert_eq!(places.concerns(&home.join(path)), expected, "{path}");
        }
    }

    #[test]
    fn another_directory_of_the_same_name_is_another_place() {
        let home = tempfile::tempdir().unwrap();
        let (config, aside) = (home.path().join("config"), home.path().join("aside"));
        fs::create_dir(&config).unwrap();
        let witness = Witness::default();
        witness.list(&config).unwrap();
        let seen = witness.into_seen();
        let before = Places::of(&seen);
        assert_eq!(before, Places::of(&seen));
        fs::rename(&config, aside).unwrap();
        fs::create_dir(&config).unwrap();
        assert_ne!(before, Places::of(&seen));
    }

    #[test]
    fn links_in_a_circle_end() {
        let home = tempfile::tempdir().unwrap();
        symlink("b", home.path().join("a")).unwrap();
        symlink("a", home.path().join("b")).unwrap();
        let witness = Witness::default();
        witness.read(&home.path().join("a")).unwrap_err();
        assert!(Places::of(&witness.into_seen()).concerns(&fs::canonicalize(home.path()).unwrap().join("b")));
    }
}

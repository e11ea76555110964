//! What loading asked of the disk and what it was told: whether loading again would come to the same is asking the same again.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use proofbell_config::{Disk, Files, Listed, ListedKind};
use sha2::{Digest, Sha256};

/// A question to the disk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Question {
    /// What is in this file?
    Read(PathBuf),
    /// What does this file begin with?
    Start(PathBuf),
    /// Can every user of the machine read this file?
    Open(PathBuf),
    /// Which names are in this directory?
    List(PathBuf),
    /// Is there something at this path?
    Exists(PathBuf),
}

impl Question {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Question::Read(path)
            | Question::Start(path)
            | Question::Open(path)
            | Question::List(path)
            | Question::Exists(path) => path,
        }
    }

    fn ask(&self) -> Answer {
        match self {
            Question::Read(path) => Answer::of_text(&read(path)),
            Question::Start(path) => Answer::of_start(&Disk.read_start(path)),
            Question::Open(path) => Answer::Is(Disk.is_readable_by_all(path)),
            Question::List(path) => Answer::of_names(&Disk.list(path)),
            Question::Exists(path) => Answer::Is(Disk.exists(path)),
        }
    }
}

/// The text of a file. A pipe would wait for a writer, and says nothing when it is asked again.
fn read(path: &Path) -> io::Result<String> {
    let kind = fs::metadata(path)?.file_type();
    match kind.is_file() || kind.is_dir() {
        true => Disk.read(path),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file")),
    }
}

/// Whether loading reads files of this name in a directory that it lists.
pub(super) fn is_loaded(name: &str) -> bool {
    [".toml", ".hbs"].iter().any(|ending| name.ends_with(ending))
}

/// What the disk said. Texts may be secrets: their hash is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    Text([u8; 32]),
    Names(Vec<Listed>),
    Is(bool),
    Failed(io::ErrorKind),
}

impl Answer {
    fn of_text(text: &io::Result<String>) -> Answer {
        match text {
            Ok(text) => Answer::Text(Sha256::digest(text).into()),
            Err(error) => Answer::Failed(error.kind()),
        }
    }

    /// Only the line that names the columns: rows of a table are read by others, and written at any time.
    fn of_start(start: &io::Result<String>) -> Answer {
        let header = |text: &String| {
            let mut lines = text.trim_start_matches('\u{feff}').split(['\r', '\n']);
            Answer::Text(Sha256::digest(lines.find(|line| !line.is_empty()).unwrap_or_default()).into())
        };
        start.as_ref().map_or_else(|error| Answer::Failed(error.kind()), header)
    }

    /// Only names that loading can care about: an editor's copies and a database come and go.
    fn of_names(names: &io::Result<Vec<Listed>>) -> Answer {
        match names {
            Ok(names) => {
                let matters =
                    |listed: &&Listed| listed.kind == ListedKind::Directory || is_loaded(&listed.name);
                Answer::Names(names.iter().filter(matters).cloned().collect())
            }
            Err(error) => Answer::Failed(error.kind()),
        }
    }
}

/// All that was asked, and the answers. Two that are equal come to the same configuration, in one process with one environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen(BTreeMap<Question, Answer>);

impl Seen {
    /// Whether the disk still says the same.
    pub(crate) fn still_holds(&self) -> bool {
        self.0.iter().all(|(question, answer)| question.ask() == *answer)
    }

    /// Whatever was asked.
    pub(crate) fn questions(&self) -> impl Iterator<Item = &Question> {
        self.0.keys()
    }

    /// The files and directories of which another one says something else, or nothing.
    pub(crate) fn differing(&self, other: &Seen) -> Vec<PathBuf> {
        let questions = self.0.keys().chain(other.0.keys());
        let differing = questions.filter(|question| self.0.get(question) != other.0.get(question));
        let mut paths: Vec<PathBuf> = differing.map(|question| question.path().to_owned()).collect();
        paths.sort();
        paths.dedup();
        paths
    }
}

/// The disk, and a memory of what it said. A file that is asked for twice says the same twice.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    seen: RefCell<Seen>,
    texts: RefCell<BTreeMap<PathBuf, String>>,
}

impl Witness {
    /// What was seen.
    pub(crate) fn into_seen(self) -> Seen {
        self.seen.into_inner()
    }

    /// The first answer stays: where a later one differs, something changed meanwhile, and what was read may be of before.
    fn note(&self, question: Question, answer: Answer) {
        self.seen.borrow_mut().0.entry(question).or_insert(answer);
    }
}

impl Files for Witness {
    fn read(&self, path: &Path) -> io::Result<String> {
        if let Some(text) = self.texts.borrow().get(path) {
            return Ok(text.clone());
        }
        let text = read(path);
        self.note(Question::Read(path.to_owned()), Answer::of_text(&text));
        if let Ok(text) = &text {
            self.texts.borrow_mut().insert(path.to_owned(), text.clone());
        }
        text
    }

    fn read_start(&self, path: &Path) -> io::Result<String> {
        let start = Disk.read_start(path);
        self.note(Question::Start(path.to_owned()), Answer::of_start(&start));
        start
    }

    fn is_readable_by_all(&self, path: &Path) -> bool {
        let open = Disk.is_readable_by_all(path);
        self.note(Question::Open(path.to_owned()), Answer::Is(open));
        open
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<Listed>> {
        let names = Disk.list(directory);
        self.note(Question::List(directory.to_owned()), Answer::of_names(&names));
        names
    }

    fn exists(&self, path: &Path) -> bool {
        let there = Disk.exists(path);
        self.note(Question::Exists(path.to_owned()), Answer::Is(there));
        there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_holds_until_an_answer_changes() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        fs::write(path("a.toml"), "a = 1").unwrap();
        let people = format!("reference_id,email\n{}", "x".repeat(100_000));
        fs::write(path("export"), &people).unwrap();
        let witness = Witness::default();
        witness.read(&path("a.toml")).unwrap();
        witness.read(&path("missing")).unwrap_err();
        witness.list(home.path()).unwrap();
        assert!(!witness.exists(&path("people.csv")));
        assert_eq!(witness.read_start(&path("export")).unwrap().len(), 64 * 1024);
        let seen = witness.into_seen();

        type Change<'a> = (&'a str, &'a dyn Fn(), &'a dyn Fn(), bool);
        let write = |name: &str, text: &str| fs::write(path(name), text).unwrap();
        let remove = |name: &str| fs::remove_file(path(name)).unwrap();
        let table: [Change<'_>; 13] = [
            ("the same text again", &|| write("a.toml", "a = 1"), &|| {}, true),
            ("another text", &|| write("a.toml", "a = 2"), &|| write("a.toml", "a = 1"), false),
            ("no file", &|| remove("a.toml"), &|| write("a.toml", "a = 1"), false),
            ("what was missing", &|| write("missing", "x"), &|| remove("missing"), false),
            ("more of a long table", &|| write("export", &format!("{people}y")), &|| {}, true),
            ("other rows", &|| write("export", "reference_id,email\nR,e@x.example\n"), &|| {}, true),
            (
                "the same columns as a spreadsheet writes them",
                &|| write("export", "\u{feff}\r\nreference_id,email\r\n"),
                &|| write("export", &people),
                true,
            ),
            ("an editor's copy", &|| write("a.toml~", ""), &|| remove("a.toml~"), true),
            ("a database", &|| write("proofbell.db-wal", ""), &|| remove("proofbell.db-wal"), true),
            (
                "a directory",
                &|| fs::create_dir(path("d")).unwrap(),
                &|| fs::remove_dir(path("d")).unwrap(),
                false,
            ),
            ("other columns", &|| write("export", "id,email\n"), &|| write("export", &people), false),
            ("a new name", &|| write("b.toml", ""), &|| remove("b.toml"), false),
            ("a hidden name", &|| write(".b.toml.swp", ""), &|| remove(".b.toml.swp"), true),
        ];
        for (what, change, undo, holds) in table {
            assert!(seen.still_holds(), "before {what}");
            change();
            assert_eq!(seen.still_holds(), holds, "{what}");
            undo();
        }
    }

    #[test]
    fn a_pipe_keeps_nobody_waiting() {
        let home = tempfile::tempdir().unwrap();
        let pipe = home.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let witness = Witness::default();
        assert_eq!(witness.read(&pipe).unwrap_err().to_string(), "not a file");
        assert_eq!(witness.read_start(&pipe).unwrap_err().to_string(), "not a file");
        assert!(witness.into_seen().still_holds());
    }

    #[test]
    fn what_changes_between_two_answers_is_seen() {
        let home = tempfile::tempdir().unwrap();
        let (secret, witness) = (home.path().join("secret"), Witness::default());
        witness.list(home.path()).unwrap();
        fs::write(home.path().join("late.toml"), "").unwrap();
        assert_eq!(witness.list(home.path()).unwrap().len(), 1);
        assert!(!witness.into_seen().still_holds(), "late.toml was never read");
        let witness = Witness::default();
        witness.read(&secret).unwrap_err();
        fs::write(&secret, "late").unwrap();
        witness.read(&secret).unwrap();
        assert!(!witness.into_seen().still_holds(), "the secret failed once");
    }

    #[test]
    fn a_file_says_the_same_twice_within_one_load() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("secret");
        fs::write(&path, "one").unwrap();
        let witness = Witness::default();
        assert_eq!(witness.read(&path).unwrap(), "one");
        fs::write(&path, "two").unwrap();
        assert_eq!(witness.read(&path).unwrap(), "one");
        let (seen, other) = (witness.into_seen(), Witness::default());
        assert!(!seen.still_holds());
        other.read(&path).unwrap();
        assert_eq!(seen.differing(&other.into_seen()), [path]);
        assert!(!format!("{seen:?}").contains("one"), "only hashes are kept");
    }
}

//! A file that others replace and rewrite: has it changed, and can it be believed?

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::LookupError;
use crate::table::Table;

/// Largest file read, in bytes: a million people and more, and an end for files that have none.
const SIZE_LIMIT: u64 = 256 << 20;
/// How long a file must have been left alone before its look alone is believed: a writer may be at work until then, and two
/// changes within one tick of the clock look the same.
const SETTLED_AFTER: Duration = Duration::from_secs(3);

/// What tells one state of a file from another without reading it. Renaming another file over it and swapping a symbolic link
/// change the inode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    modified: Option<SystemTime>,
    len: u64,
    identity: Identity,
}

/// What a look at the file found.
pub(crate) enum Look {
    /// What is known is still so.
    Same {
        /// To compare with the next time; `None` when the file must be read again.
        stamp: Option<Stamp>,
    },
    /// New contents.
    New {
        /// To compare with the next time; `None` when the file must be read again.
        stamp: Option<Stamp>,
        /// The contents.
        table: Table,
    },
    /// Nothing that can be used.
    Unusable {
        /// To compare with the next time; `None` when the file must be read again.
        stamp: Option<Stamp>,
        /// Why not.
        error: LookupError,
    },
}

/// Looks at the file, and reads it if it may have changed since `known`. Blocks.
pub(crate) fn look(path: &Path, key: &str, known: Option<&Stamp>, table: Option<&Table>) -> Look {
    match read_if_changed(path, known) {
        Ok(None) => Look::Same { stamp: known.cloned() },
        Ok(Some(read)) => judge(path, key, read, table),
        Err(error) => Look::Unusable { stamp: None, error: about(path, error) },
    }
}

struct ReadFile {
    content: Vec<u8>,
    stamp: Stamp,
    settled: bool,
}

fn read_if_changed(path: &Path, known: Option<&Stamp>) -> Result<Option<ReadFile>, LookupError> {
    // A FIFO would block at being opened, so the kind of file comes first.
    let metadata = fs::metadata(path).map_err(|error| failed(&error))?;
    if !metadata.is_file() {
        return Err(LookupError::Misconfigured("not a file".to_owned()));
    }
    if known.is_some_and(|known| *known == Stamp::of(&metadata)) {
        return Ok(None);
    }
    let mut file = File::open(path).map_err(|error| failed(&error))?;
    let mut content = Vec::new();
    (&mut file).take(SIZE_LIMIT + 1).read_to_end(&mut content).map_err(|error| failed(&error))?;
    if content.len() as u64 > SIZE_LIMIT {
        return Err(LookupError::Misconfigured(format!("larger than {} MiB", SIZE_LIMIT >> 20)));
    }
    let stamp = Stamp::of(&file.metadata().map_err(|error| failed(&error))?);
    let settled = stamp.len == content.len() as u64 && stamp.is_settled(SystemTime::now());
    Ok(Some(ReadFile { content, stamp, settled }))
}

/// Decides what was read. A file that changed a moment ago and does not end with a line break may be half written.
fn judge(path: &Path, key: &str, read: ReadFile, known: Option<&Table>) -> Look {
    let ReadFile { content, stamp, settled } = read;
    let stamp = settled.then_some(stamp);
    if known.is_some_and(|table| table.is_of(&content)) {
        return Look::Same { stamp };
    }
    let unfinished = !settled && !content.ends_with(b"\n");
    if unfinished && (known.is_some() || content.is_empty()) {
        return Look::Unusable { stamp, error: being_written(path) };
    }
    match Table::parse(content, key) {
        Ok(table) if unfinished && table.is_torn() => Look::Unusable { stamp, error: being_written(path) },
        Ok(table) => Look::New { stamp, table },
        Err(error) => Look::Unusable { stamp, error: about(path, error) },
    }
}

fn being_written(path: &Path) -> LookupError {
    about(path, LookupError::unavailable("being written"))
}

fn about(path: &Path, error: LookupError) -> LookupError {
    let say = |what: String| format!("read {}: {what}", path.display());
    match error {
        LookupError::Unavailable { reason, after } => LookupError::Unavailable { reason: say(reason), after },
        LookupError::Misconfigured(what) => LookupError::Misconfigured(say(what)),
        LookupError::Unaskable(what) => LookupError::Unaskable(say(what)),
    }
}

/// A file that is missing may be on its way; one that may not be read needs somebody.
fn failed(error: &io::Error) -> LookupError {
    match error.kind() {
        io::ErrorKind::NotFound => LookupError::unavailable("no such file"),
        io::ErrorKind::PermissionDenied => LookupError::Misconfigured("permission denied".to_owned()),
        kind => LookupError::unavailable(kind.to_string()),
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Stamp {
        Stamp { modified: metadata.modified().ok(), len: metadata.len(), identity: Identity::of(metadata) }
    }

    /// Whether nobody has written for a while. A time in the future says nothing and does not hold a file back.
    fn is_settled(&self, now: SystemTime) -> bool {
        let Some(modified) = self.modified else { return true };
        match now.duration_since(modified) {
            Ok(age) => age >= SETTLED_AFTER,
            Err(ahead) => ahead.duration() >= SETTLED_AFTER,
        }
    }
}

#[cfg(unix)]
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

#[cfg(unix)]
impl Identity {
    fn of(metadata: &Metadata) -> Identity {
        use std::os::unix::fs::MetadataExt;
        Identity { device: metadata.dev(), inode: metadata.ino() }
    }
}

#[cfg(not(unix))]
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity;

#[cfg(not(unix))]
impl Identity {
    fn of(_metadata: &Metadata) -> Identity {
        Identity
    }
}

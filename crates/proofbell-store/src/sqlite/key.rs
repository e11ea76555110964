//! Narrow keys for what is looked for by values that lie anywhere: message ids, bodies, cases.
//!
//! Each commit writes every page that it touches, and keys that lie anywhere touch a page each: the fewer pages their
//! tree has, the more they share. So trees hold the first 64 bits of a hash, and the row it leads to says whether it is
//! the one that was looked for.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};

/// What tells a delivery from one seen before: its message id or the hash of its body, each with its source. 128 bits of a
/// hash, so that no two ever have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 16]);

impl Key {
    /// The key under which a body is known: 32 bytes after the source, so no message id's key can look like it.
    pub(super) fn of_body(source: &str, hash: &[u8]) -> Key {
        Key::of(b"b", source, hash)
    }

    /// The key under which a message id is known.
    pub(super) fn of_message_id(source: &str, message_id: &str) -> Key {
        Key::of(b"i", source, message_id.as_bytes())
    }

    fn of(kind: &[u8], source: &str, rest: &[u8]) -> Key {
        // A source's name comes from a TOML key and a message id is visible ASCII: neither holds a zero.
        let hash = Sha256::new().chain_update(kind).chain_update(source).chain_update([0]).chain_update(rest);
        let mut key = [0; 16];
        key.copy_from_slice(&hash.finalize()[..16]);
        Key(key)
    }

    /// As its tree holds it.
    pub(super) fn narrow(&self) -> &[u8] {
        &self.0[..NARROW]
    }
}

const NARROW: usize = 8;

/// The key of a case, as its trees hold it.
pub(super) fn case_key(sr_uuid: &str) -> [u8; NARROW] {
    narrow(sr_uuid.as_bytes())
}

fn narrow(value: &[u8]) -> [u8; NARROW] {
    let mut key = [0; NARROW];
    key.copy_from_slice(&Sha256::digest(value)[..NARROW]);
    key
}

/// Lets queries of this connection say `narrow(value)`. No table or view does, so that other programs can read them.
pub(super) fn install(connection: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("narrow", 1, flags, |context| match context.get_raw(0) {
        ValueRef::Text(value) | ValueRef::Blob(value) => Ok(Some(narrow(value))),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => Ok(None),
    })
}

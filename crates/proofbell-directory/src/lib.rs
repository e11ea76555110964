#![doc = include_str!("../README.md")]

mod csv_directory;
mod directory;
mod field;
mod list;
mod member;
mod source;
mod table;

pub use csv_directory::CsvDirectory;
pub use directory::{Directory, Lookup, LookupError};
pub use field::FieldReader;
pub use list::ListDirectory;
pub use member::Member;

#![doc = include_str!("../README.md")]

mod closed_directory;
mod csv_directory;
mod directory;
mod field;
mod http_directory;
mod list;
mod member;
mod source;
mod table;

pub use closed_directory::ClosedDirectory;
pub use csv_directory::CsvDirectory;
pub use directory::{Directory, Lookup, LookupError};
pub use field::FieldReader;
pub use http_directory::{
    Clock, Header, HeaderError, HttpDirectory, HttpSettings, Keep, Pointer, PointerError, Shape, UrlTemplate,
    UrlTemplateError,
};
pub use list::ListDirectory;
pub use member::Member;
pub use table::csv_columns;

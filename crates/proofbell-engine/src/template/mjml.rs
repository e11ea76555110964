//! MJML: HTML that mail programs show alike, made of a source that people can read.
//!
//! The template is rendered first, with values escaped as for HTML, so that none of them becomes markup; then HTML is made of it. What
//! makes it reads no files and fetches nothing. It calls itself for what stands inside something, so how deep that goes is
//! counted before.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use mrml::prelude::parser::{self, ParserOptions};
use mrml::prelude::render::RenderOptions;

mod draft;
mod structure;

pub(super) use draft::check;

/// Most of a rendered MJML source, in bytes.
pub(crate) const MJML_LIMIT: usize = 256 * 1024;
/// Why no HTML can be made. It quotes nothing of the source but names of elements and attributes that MJML has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    why: Cow<'static, str>,
    /// Where in the source, in bytes, if that is known.
    at: Option<usize>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// Makes HTML of MJML, of at most `limit` bytes.
pub(crate) fn to_html(source: &str, limit: usize) -> Result<String, Fault> {
    structure::check(source)?;
    // The defaults load nothing; what they would load is an error.
    let parsed = mrml::parse_with_options(source, &ParserOptions::default()).map_err(Fault::of)?;
    // No fonts of other people's servers: whoever wants one names it in <mj-font>.
    let options = RenderOptions { disable_comments: true, social_icon_origin: None, fonts: HashMap::new() };
    let html =
        parsed.element.render(&options).map_err(|_| Fault::of_all("no HTML can be made of the MJML"))?;
    match html.len() <= limit {
        true => Ok(html),
        false => Err(Fault::of_all("the HTML made of the MJML is too large")),
    }
}

impl Fault {
    fn at(byte: usize, why: String) -> Fault {
        Fault { why: why.into(), at: Some(byte) }
    }

    fn of_all(why: &'static str) -> Fault {
        Fault { why: why.into(), at: None }
    }

    fn of(error: parser::Error) -> Fault {
        use parser::Error;
        let (why, position): (Cow<'static, str>, Option<Range<usize>>) = match error {
            Error::UnexpectedElement { position, .. } => {
                ("this element cannot stand here in MJML".into(), Some(position.start..position.end))
            }
            Error::UnexpectedToken { position, .. } => {
                ("this cannot stand here in MJML".into(), Some(position.start..position.end))
            }
            Error::MissingAttribute { name, position, .. } => {
                (format!("this element needs `{name}` in MJML").into(), Some(position.start..position.end))
            }
            Error::InvalidAttribute { position, .. } | Error::InvalidFormat { position, .. } => {
                ("this is not written as MJML wants it".into(), Some(position.start..position.end))
            }
            Error::EndOfStream { .. } => ("the MJML ends inside an element".into(), None),
            Error::SizeLimit { .. } => ("the MJML is too large".into(), None),
            Error::ParserError { .. } => ("the MJML is not well formed".into(), None),
            Error::NoRootNode => ("the MJML has no <mjml>".into(), None),
            Error::IncludeLoaderError { .. } => ("the MJML includes something".into(), None),
        };
        Fault { why, at: position.map(|position| position.start) }
    }
}

#[cfg(test)]
mod tests;

//! What may stand where in MJML (<https://documentation.mjml.io/>). What makes HTML of it takes nearly anything, and then shows a mail that
//! nobody meant.

use super::Fault;

/// How deep elements may stand in each other. A mail needs a dozen or two.
pub(super) const DEPTH_LIMIT: usize = 64;

/// Elements without an end tag (WHATWG HTML, section 13.1.2).
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// Elements that hold others and neither text nor HTML.
const FRAMES: [&str; 15] = [
    "mjml",
    "mj-head",
    "mj-attributes",
    "mj-body",
    "mj-wrapper",
    "mj-section",
    "mj-group",
    "mj-column",
    "mj-hero",
    "mj-social",
    "mj-navbar",
    "mj-accordion",
    "mj-accordion-element",
    "mj-carousel",
    "mj-include",
];

/// The elements in which one may stand; `None` when MJML does not have it.
fn parents(element: &str) -> Option<&'static [&'static str]> {
    Some(match element {
        "mjml" => &[],
        "mj-head" | "mj-body" => &["mjml"],
        "mj-attributes" | "mj-breakpoint" | "mj-font" | "mj-preview" | "mj-style" | "mj-title" => {
            &["mj-head"]
        }
        "mj-all" | "mj-class" => &["mj-attributes"],
        "mj-wrapper" => &["mj-body"],
        "mj-section" | "mj-hero" => &["mj-body", "mj-wrapper"],
        "mj-group" => &["mj-section"],
        "mj-column" => &["mj-section", "mj-group"],
        "mj-accordion" | "mj-button" | "mj-carousel" | "mj-divider" | "mj-image" | "mj-navbar"
        | "mj-social" | "mj-spacer" | "mj-table" | "mj-text" => &["mj-column", "mj-hero"],
        "mj-accordion-element" => &["mj-accordion"],
        "mj-accordion-text" | "mj-accordion-title" => &["mj-accordion-element"],
        "mj-carousel-image" => &["mj-carousel"],
        "mj-navbar-link" => &["mj-navbar"],
        "mj-social-element" => &["mj-social"],
        "mj-raw" => &["mj-head", "mj-body", "mj-wrapper", "mj-section", "mj-group", "mj-column", "mj-hero"],
        _ => return None,
    })
}

/// Checks that every element stands where it may, and ends where it should.
pub(super) fn check(source: &str) -> Result<(), Fault> {
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut has_body = false;
    let mut at = 0;
    while let Some(found) = source[at..].find('<') {
        let start = at + found;
        check_text(&open, source, at..start)?;
        let rest = &source[start + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            at = comment.find("-->").map_or(source.len(), |end| start + 4 + end + 3);
            continue;
        }
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            // A `<` of the text.
            at = start + 1;
            continue;
        }
        let length = tag_length(rest);
        let tag = &rest[..length];
        at = (start + 1 + length + 1).min(source.len());
        if let Some(name) = tag.strip_prefix('/') {
            close(&mut open, name.trim_end(), start)?;
        } else if tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let name = name(tag);
            enter(&open, name, start)?;
            has_body |= name == "mj-body";
            if !tag.ends_with('/') && !VOID.iter().any(|void| name.eq_ignore_ascii_case(void)) {
                open.push((name, start));
            }
        }
    }
    check_text(&open, source, at.min(source.len())..source.len())?;
    match open.pop() {
        Some((name, start)) => Err(Fault::at(start, format!("<{}> has no end", shown(name)))),
        None if !has_body => Err(Fault::of_all("the MJML has no <mj-body>")),
        None => Ok(()),
    }
}

/// Whether an element may begin here.
fn enter(open: &[(&str, usize)], name: &str, start: usize) -> Result<(), Fault> {
    if open.len() >= DEPTH_LIMIT {
        return Err(Fault::at(start, format!("the MJML nests deeper than {DEPTH_LIMIT} elements")));
    }
    let parent = open.last().map(|(name, _)| *name);
    let place = parent.map_or("outside of <mjml>".to_owned(), |parent| format!("in <{}>", shown(parent)));
    if name == "mj-include" {
        return Err(Fault::at(start, "<mj-include> is not taken; use a partial".to_owned()));
    }
    if name != "mjml" && !name.starts_with("mj-") {
        return match parent.is_none_or(|parent| FRAMES.contains(&parent)) {
            true => Err(Fault::at(
                start,
                format!("HTML cannot stand {place}; <mj-text>, <mj-table> and <mj-raw> hold it"),
            )),
            false => Ok(()),
        };
    }
    let Some(parents) = parents(name) else {
        return Err(Fault::at(start, format!("MJML has no <{}>", shown(name))));
    };
    match parent {
        None if parents.is_empty() => Ok(()),
        // Its children are examples of elements, whose attributes are meant.
        Some("mj-attributes") if !parents.is_empty() => Ok(()),
        Some(parent) if parents.contains(&parent) => Ok(()),
        _ => Err(Fault::at(start, format!("<{name}> cannot stand {place}"))),
    }
}

fn close(open: &mut Vec<(&str, usize)>, name: &str, start: usize) -> Result<(), Fault> {
    match open.pop() {
        Some((opened, _)) if opened.eq_ignore_ascii_case(name) => Ok(()),
        Some((opened, _)) => {
            Err(Fault::at(start, format!("</{}> stands where <{}> should end", shown(name), shown(opened))))
        }
        None => Err(Fault::at(start, format!("</{}> ends nothing", shown(name)))),
    }
}

/// Text, too, stands in some elements only.
fn check_text(open: &[(&str, usize)], source: &str, range: std::ops::Range<usize>) -> Result<(), Fault> {
    let text = &source[range.clone()];
    let is_frame = open.last().is_none_or(|(name, _)| FRAMES.contains(name));
    match text.find(|c: char| !c.is_whitespace()) {
        Some(offset) if is_frame => {
            let place =
                open.last().map_or("outside of <mjml>".to_owned(), |(name, _)| format!("in <{name}>"));
            Err(Fault::at(range.start + offset, format!("text cannot stand {place}")))
        }
        _ => Ok(()),
    }
}

/// How long a tag is behind its `<`, up to its `>`: one in quotes does not end it.
fn tag_length(rest: &str) -> usize {
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (None, '>') => return at,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    rest.len()
}

fn name(tag: &str) -> &str {
    tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default()
}

/// A name as it may be shown: it may be long, and made of anything.
fn shown(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect()
}

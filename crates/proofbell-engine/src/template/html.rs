//! Where in an HTML text a value would stand. Escaping makes a value harmless between tags and in quoted attributes, and
//! nowhere else; so a template that puts one elsewhere is refused.

/// The tokenizer's state, as far as it matters here (WHATWG HTML, section 13.2.5, much reduced).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Html {
    /// Between tags.
    Text,
    /// Behind `<`.
    TagName(String),
    /// In a tag, between attributes.
    InTag { tag: String },
    /// In an attribute's name.
    AttributeName { tag: String, name: String },
    /// In the blanks behind an attribute's name.
    BehindName { tag: String, name: String },
    /// Behind the `=`.
    BeforeValue { tag: String, name: String },
    /// Between quotes. `lead`: how the value begins, as far as that matters: for attributes that hold a URL.
    Quoted { tag: String, name: String, quote: char, lead: String },
    /// In a value without quotes.
    Unquoted { tag: String, name: String },
    /// Between `<!--` and `-->`; how many dashes were just seen.
    Comment { dashes: u8 },
    /// In the content of an element that holds no markup; what was just seen of its end tag.
    Raw { tag: String, seen: String },
}

/// What a value at a place can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// Nothing but be read.
    Plain,
    /// Decide where a URL leads: its host is not settled yet.
    Url,
    /// Run as a style or script, however it is escaped.
    Code,
    /// Become markup.
    Unsafe,
}

impl Html {
    /// Reads a stretch of the template's own text.
    pub(crate) fn read(self, text: &str) -> Html {
        text.chars().fold(self, Html::step)
    }

    /// What a value here could do.
    pub(crate) fn slot(&self) -> Slot {
        match self {
            Html::Text => Slot::Plain,
            Html::Quoted { tag, name, .. } if is_code(tag, name) => Slot::Code,
            Html::Quoted { name, lead, .. } if leads_somewhere(name) && !is_settled(lead) => Slot::Url,
            Html::Quoted { .. } => Slot::Plain,
            Html::TagName(_)
            | Html::InTag { .. }
            | Html::AttributeName { .. }
            | Html::BehindName { .. }
            | Html::BeforeValue { .. }
            | Html::Unquoted { .. }
            | Html::Comment { .. }
            | Html::Raw { .. } => Slot::Unsafe,
        }
    }

    /// In the value of an `href`.
    pub(crate) fn href() -> Html {
        Html::Quoted { tag: "a".to_owned(), name: "href".to_owned(), quote: '"', lead: String::new() }
    }

    /// The state behind a value. `is_url`: it is a whole URL, and was checked.
    pub(crate) fn value(mut self, is_url: bool) -> Html {
        if let Html::Quoted { name, lead, .. } = &mut self
            && leads_somewhere(name)
        {
            lead.push(if is_url && lead.is_empty() { WHOLE_URL } else { CONSTANT });
        }
        self
    }

    /// The state behind two branches; `None` when they end in different places.
    pub(crate) fn join(self, other: Html) -> Option<Html> {
        match (self, other) {
            (
                Html::Quoted { tag, name, quote, lead },
                Html::Quoted { tag: t, name: n, quote: q, lead: l },
            ) if (&tag, &name, quote) == (&t, &n, q) => {
                let lead = match (is_settled(&lead), is_settled(&l)) {
                    _ if lead == l => lead,
                    (true, true) => WHOLE_URL.to_string(),
                    _ => String::new(),
                };
                Some(Html::Quoted { tag, name, quote, lead })
            }
            (one, other) => (one == other).then_some(one),
        }
    }

    fn step(self, c: char) -> Html {
        match self {
            Html::Text if c == '<' => Html::TagName(String::new()),
            Html::Text => Html::Text,
            Html::TagName(name) => tag_name(name, c),
            Html::InTag { tag } => in_tag(tag, c),
            Html::AttributeName { tag, mut name } => match c {
                '=' => Html::BeforeValue { tag, name },
                _ if c.is_whitespace() || matches!(c, '>' | '/') => Html::BehindName { tag, name }.step(c),
                _ => {
                    name.push(c.to_ascii_lowercase());
                    Html::AttributeName { tag, name }
                }
            },
            Html::BehindName { tag, name } => match c {
                '=' => Html::BeforeValue { tag, name },
                _ if c.is_whitespace() => Html::BehindName { tag, name },
                _ => in_tag(tag, c),
            },
            Html::BeforeValue { tag, name } => match c {
                '"' | '\'' => Html::Quoted { tag, name, quote: c, lead: String::new() },
                '>' => behind_tag(tag),
                _ if c.is_whitespace() => Html::BeforeValue { tag, name },
                _ => Html::Unquoted { tag, name },
            },
            Html::Quoted { tag, quote, .. } if c == quote => Html::InTag { tag },
            Html::Quoted { tag, name, quote, mut lead } => {
                if leads_somewhere(&name) && !(lead.is_empty() && c.is_whitespace()) {
                    lead.push(c.to_ascii_lowercase());
                }
                Html::Quoted { tag, name, quote, lead }
            }
            Html::Unquoted { tag, .. } if c == '>' => behind_tag(tag),
            Html::Unquoted { tag, .. } if c.is_whitespace() => Html::InTag { tag },
            Html::Unquoted { tag, name } => Html::Unquoted { tag, name },
            Html::Comment { dashes } => match c {
                '-' => Html::Comment { dashes: dashes.saturating_add(1) },
                '>' if dashes >= 2 => Html::Text,
                _ => Html::Comment { dashes: 0 },
            },
            Html::Raw { tag, seen } => raw(tag, seen, c),
        }
    }
}

fn tag_name(mut name: String, c: char) -> Html {
    match c {
        '>' => behind_tag(name),
        // `a < b` is text.
        _ if name.is_empty() && !(c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) => Html::Text,
        _ if c.is_whitespace() || (c == '/' && !name.is_empty()) => Html::InTag { tag: name },
        _ => {
            name.push(c.to_ascii_lowercase());
            // Two dashes are seen already: `<!-->` ends at once.
            if name == "!--" { Html::Comment { dashes: 2 } } else { Html::TagName(name) }
        }
    }
}

fn in_tag(tag: String, c: char) -> Html {
    match c {
        '>' => behind_tag(tag),
        '/' => Html::InTag { tag },
        // Quotes that stand alone, as in a doctype.
        '"' | '\'' if tag.starts_with('!') => {
            Html::Quoted { tag, name: String::new(), quote: c, lead: String::new() }
        }
        _ if c.is_whitespace() => Html::InTag { tag },
        _ => Html::AttributeName { tag, name: c.to_ascii_lowercase().to_string() },
    }
}

fn behind_tag(tag: String) -> Html {
    match tag.as_str() {
        "style" | "mj-style" | "script" | "xmp" | "iframe" | "noembed" | "noframes" | "plaintext" => {
            Html::Raw { tag, seen: String::new() }
        }
        _ => Html::Text,
    }
}

fn raw(tag: String, mut seen: String, c: char) -> Html {
    let end = format!("</{tag}");
    seen.push(c.to_ascii_lowercase());
    if seen == end {
        return Html::InTag { tag: format!("/{tag}") };
    }
    if !end.starts_with(&seen) {
        seen = if c == '<' { "<".to_owned() } else { String::new() };
    }
    Html::Raw { tag, seen }
}

/// Stands in a lead for a URL that is complete.
const WHOLE_URL: char = '\u{1}';
/// Stands in a lead for a constant, of which nothing is known here.
const CONSTANT: char = '\u{2}';

/// Whether a URL that begins so leads to a place that no longer depends on what follows.
fn is_settled(lead: &str) -> bool {
    let host = lead.split_once("://").map(|(_, host)| host).or_else(|| lead.strip_prefix(CONSTANT));
    lead.starts_with(WHOLE_URL)
        || ["mailto:", "tel:", "#"].iter().any(|start| lead.starts_with(start))
        || host.is_some_and(|host| host.contains(['/', '?', '#']))
}

/// Attributes whose value is a URL.
fn leads_somewhere(attribute: &str) -> bool {
    matches!(
        attribute,
        "href"
            | "src"
            | "srcset"
            | "action"
            | "formaction"
            | "background"
            | "poster"
            | "cite"
            | "data"
            | "xlink:href"
            | "background-url"
    )
}

/// Attributes whose value becomes a style or a script. MJML makes styles of nearly all of its elements' attributes.
fn is_code(tag: &str, attribute: &str) -> bool {
    let is_text = matches!(attribute, "alt" | "title" | "name" | "aria-label");
    attribute == "style"
        || attribute.starts_with("on")
        || (tag.starts_with("mj-") && !is_text && !leads_somewhere(attribute))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_harmless_between_tags_and_in_quotes_only() {
        let check = |text: &str, expected: Slot| assert_eq!(Html::Text.read(text).slot(), expected, "{text}");
        check("", Slot::Plain);
        check("<p>", Slot::Plain);
        check("a < b ", Slot::Plain);
        check("1 <", Slot::Unsafe);
        check("<p", Slot::Unsafe);
        check("<p ", Slot::Unsafe);
        check("<p title", Slot::Unsafe);
        check("<p title=", Slot::Unsafe);
        check("<p title=a", Slot::Unsafe);
        check("<p title=\"", Slot::Plain);
        check("<p title='a\"", Slot::Plain);
        check("<p title='a'", Slot::Unsafe);
        check("<p title='a'>", Slot::Plain);
        check("<br/>", Slot::Plain);
        check("<a HREF=\"", Slot::Url);
        check("<a href=\" ", Slot::Url);
        check("<a href=\"mailto:", Slot::Plain);
        check("<a href=\"https://m.example", Slot::Url);
        check("<a href=\"https://m.example/", Slot::Plain);
        check("<a href=\"javascript:", Slot::Url);
        check("<a href=\"/", Slot::Url);
        check("<img src='", Slot::Url);
        check("<td background=\"", Slot::Url);
        check("<p style=\"color:", Slot::Code);
        check("<p onclick='", Slot::Code);
        check("<p hidden onclick = '", Slot::Code);
        check("<input disabled/onclick='", Slot::Code);
        check("<!-- ", Slot::Unsafe);
        check("<!-- a -->", Slot::Plain);
        check("<!-- a -- > b", Slot::Unsafe);
        check("<!-->", Slot::Plain);
        check("<!--[if mso]><p><![endif]-->", Slot::Plain);
        check("<!DOCTYPE html>", Slot::Plain);
        check("<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0>\" \"x\">", Slot::Plain);
        check("<style>p { }", Slot::Unsafe);
        check("<style>a</styl", Slot::Unsafe);
        check("<style>a<</style>", Slot::Plain);
        check("<STYLE type=\"text/css\">", Slot::Unsafe);
        check("<script>", Slot::Unsafe);
        check("<title>", Slot::Plain);
        check("<mj-text>", Slot::Plain);
        check("<mj-text color=\"", Slot::Code);
        check("<mj-all padding=\"10px ", Slot::Code);
        check("<mj-image alt=\"", Slot::Plain);
        check("<mj-image src=\"", Slot::Url);
        check("<mj-hero background-url=\"", Slot::Url);
        check("<mj-social-element icon-src='", Slot::Code);
        check("<mj-style>p { }", Slot::Unsafe);
        check("<mj-style inline=\"inline\">p { }</mj-style>", Slot::Plain);
    }

    #[test]
    fn what_follows_a_value_depends_on_the_value() {
        let check = |is_url: bool, text: &str, expected: Slot| {
            assert_eq!(Html::href().value(is_url).read(text).slot(), expected, "{is_url} {text}");
        };
        check(true, "", Slot::Plain);
        check(false, "", Slot::Url);
        check(false, "/a", Slot::Plain);
        check(false, ".example", Slot::Url);
    }

    #[test]
    fn branches_must_end_in_the_same_place() {
        let check = |one: &str, other: &str, expected: Option<Slot>| {
            let joined = Html::Text.read(one).join(Html::Text.read(other));
            assert_eq!(joined.map(|html| html.slot()), expected, "{one} or {other}");
        };
        check("<p>", "", Some(Slot::Plain));
        check("<p class=\"a", "<p class=\"b", Some(Slot::Plain));
        check("<a href=\"https://a/", "<a href=\"", Some(Slot::Url));
        check("<a href=\"https://a/", "<a href=\"https://b/", Some(Slot::Plain));
        check("<p", "", None);
        check("<p class=\"", "<p id=\"", None);
        check("<p class=\"", "<p class='", None);
    }
}

//! Templates as they come from files, and what can be wrong with them.

use proofbell_notify::Form;

/// One template file, `<name>/<form>.<locale>.hbs`, front matter read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSource {
    /// The template's name: the directory.
    pub name: String,
    /// The form.
    pub form: Form,
    /// BCP 47 tag.
    pub locale: String,
    /// The file, for diagnostics.
    pub path: String,
    /// What stands between the `+++` lines.
    pub front: FrontMatter,
    /// What the body is written in.
    pub markup: Markup,
    /// All that comes after it.
    pub body: String,
    /// The line of the file in which the body begins, from 1.
    pub body_line: u32,
    /// `email.<locale>.txt.hbs`: instead of a text part made from the HTML.
    pub text_part: Option<TextPart>,
}

/// What the body of a template is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Markup {
    /// In the language of its form: HTML, the small Markdown, or plain text.
    #[default]
    OfForm,
    /// In MJML, of which the HTML of an e-mail is made: `email.<locale>.mjml.hbs`.
    Mjml,
}

/// The plain text part of an e-mail template, in a file of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPart {
    /// The file, for diagnostics.
    pub path: String,
    /// The template.
    pub body: String,
    /// The line of the file in which the body begins, from 1.
    pub body_line: u32,
}

/// Front matter. Each string is a one-line plain-text template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrontMatter {
    /// E-mail: the subject, needed.
    pub subject: Option<String>,
    /// E-mail: the line that mailboxes show beside the subject.
    pub preheader: Option<String>,
    /// Chat: a headline.
    pub header: Option<String>,
    /// Chat: an accent colour, `#rrggbb`.
    pub color: Option<String>,
    /// Chat: names and values. A field whose value comes out empty is left out.
    pub fields: Vec<(String, String)>,
    /// Chat: links shown as buttons. A button whose link cannot be made is left out.
    pub buttons: Vec<ButtonSource>,
}

/// A button of a chat template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ButtonSource {
    /// The label.
    pub text: String,
    /// Where it leads.
    pub target: ButtonTarget,
}

/// Where a button leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ButtonTarget {
    /// The name of a configured link; no template.
    Link(String),
    /// A URL, a template.
    Url(String),
}

/// `partials/<name>.hbs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartialSource {
    /// The name by which templates call it.
    pub name: String,
    /// The file, for diagnostics.
    pub path: String,
    /// The template.
    pub body: String,
}

/// Something wrong with a template, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateProblem {
    /// The file.
    pub path: String,
    /// The line, from 1; `None` when it is about the file as a whole or its front matter.
    pub line: Option<u32>,
    /// The column in characters, from 1.
    pub column: Option<u32>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

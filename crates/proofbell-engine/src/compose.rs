//! From a draft and a recipient to the text of one message.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::tz::TimeZone;
use proofbell_event::Event;
use proofbell_notify::{Body, Button, Chat, Email, Field, Form, Recipient};
use thiserror::Error;

use crate::link::{LinkError, checked_url};
use crate::locale::Fallback;
use crate::template::{self, Facts, Halt, Markup, Stop, Style, Target, Template};
use crate::{DeadLinks, Draft, Engine};

mod context;
mod html;

/// Most of an e-mail's HTML, and of its text part, in bytes.
const EMAIL_LIMIT: usize = 1024 * 1024;
/// Most of a chat body, in bytes.
const CHAT_LIMIT: usize = 64 * 1024;
/// Most of a text, in bytes.
const TEXT_LIMIT: usize = 10 * 1024;
/// Most of one string of front matter before it is cut, in bytes.
const LINE_LIMIT: usize = 16 * 1024;
/// Most of a subject or preheader, in characters as a reader counts them.
const SUBJECT_LENGTH: usize = 250;

/// What is to be composed.
#[derive(Clone, Copy, Debug)]
pub struct Compose<'a> {
    /// What was decided.
    pub draft: &'a Draft,
    /// The event it was decided upon.
    pub event: &'a Event,
    /// Whom it is for.
    pub recipient: &'a Recipient,
    /// The channel it goes by; its form says which template.
    pub channel: &'a str,
}

/// The text of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// The text, in the channel's form.
    pub body: Body,
    /// BCP 47 tag of the template it was rendered with.
    pub locale: String,
    /// Which template: `reshoot/email.ja`.
    pub template: String,
    /// Legitmark's words that the glossary lacks and that stand in the message as they are.
    pub missing_words: Vec<MissingWord>,
    /// What a mailbox shows behind the subject, of an e-mail that says so; it stands in the HTML already.
    pub preheader: Option<String>,
}

/// Words of Legitmark that the glossary has no name for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MissingWord {
    /// What it is.
    pub kind: WordKind,
    /// Legitmark's own words.
    pub raw: String,
    /// The recipient's language, for which neither it nor its fallbacks has a name.
    pub locale: String,
}

/// What the glossary names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WordKind {
    /// A photo slot.
    Side,
    /// A rejection reason.
    Reason,
}

impl WordKind {
    /// The word for it in metrics and lists.
    pub fn as_str(self) -> &'static str {
        match self {
            WordKind::Side => "side",
            WordKind::Reason => "reason",
        }
    }
}

/// Why a message cannot be composed. The draft is at fault or the configuration, never the moment: trying again does not
/// help. Nothing of the event or the recipient is quoted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ComposeError {
    /// The draft goes by a channel that is not configured any more.
    #[error("find the channel `{channel}`: it is not configured any more")]
    NoChannel {
        /// The channel.
        channel: String,
    },
    /// No template for this form in any of the recipient's languages.
    #[error("find a template: there is no `{template}/{form}.{locale}.hbs`, nor one of its fallbacks")]
    NoTemplate {
        /// The template's name.
        template: String,
        /// The form.
        form: Form,
        /// The recipient's language.
        locale: String,
    },
    /// A link of the template has no URL for this case, and must not be left out, see [`DeadLinks`].
    #[error("fill in [link.{link}] at {place}: {error}")]
    Link {
        /// The link's name.
        link: String,
        /// File, line and column of the template.
        place: String,
        /// Why not.
        error: LinkError,
    },
    /// The text grew too long.
    #[error("render {place}: the text grows past {limit} bytes")]
    TooLarge {
        /// File, line and column of the template.
        place: String,
        /// The limit.
        limit: usize,
    },
    /// Loops within loops.
    #[error("render {place}: the template repeats too much; loops within loops multiply")]
    TooLong {
        /// File, line and column of the template.
        place: String,
    },
    /// What was filled in made MJML of which no HTML can be made.
    #[error("render {template}: {why}")]
    Mjml {
        /// The template, as in [`Composed::template`].
        template: String,
        /// Why not.
        why: String,
    },
    /// The text came out empty.
    #[error("render {template}: the text is empty")]
    Empty {
        /// The template, as in [`Composed::template`].
        template: String,
    },
    /// A defect of ours: rendering panicked. It costs this message and nothing else.
    #[error("render {template}: a defect of the program stopped it")]
    Panicked {
        /// The template, as in [`Composed::template`].
        template: String,
    },
}

impl Engine {
    /// Renders the message of a draft for one recipient. Pure: the same request gives the same bytes.
    ///
    /// # Errors
    /// See [`ComposeError`]; none of them passes with time.
    pub fn compose(&self, request: &Compose<'_>) -> Result<Composed, ComposeError> {
        let channel = self.channel(request.channel);
        let form = channel
            .map(|channel| channel.form)
            .ok_or_else(|| ComposeError::NoChannel { channel: request.channel.to_owned() })?;
        self.compose_in(form, DeadLinks::LeaveOut, request)
    }

    /// As [`Engine::compose`], in this form, whatever channel is named.
    pub(crate) fn compose_in(
        &self,
        form: Form,
        dead_links: DeadLinks,
        request: &Compose<'_>,
    ) -> Result<Composed, ComposeError> {
        let setup = self.setup();
        let wanted = request.recipient.locale.as_deref().unwrap_or(&setup.defaults.locale);
        let languages = Fallback::new(Some(wanted), &setup.defaults.locale);
        let name = &request.draft.template;
        let template = setup.templates.pick(name, form, &languages).ok_or_else(|| {
            ComposeError::NoTemplate { template: name.clone(), form, locale: wanted.to_owned() }
        })?;
        let compose = || {
            let (root, missing_words) = context::build(setup, request, &languages, wanted);
            let facts = Facts {
                root,
                case: &request.draft.case,
                tz: time_zone(request.recipient.tz.as_deref(), &setup.defaults.tz),
                languages,
                glossary: &setup.glossary,
                links: &setup.links,
                dead_links,
                mentions: &request.recipient.mentions,
            };
            let composer = Composer { setup, template, facts: &facts };
            let (locale, template) = (template.locale.clone(), template.label.clone());
            let preheader = composer.preheader(form)?;
            let body = composer.body(form, preheader.as_deref())?;
            Ok(Composed { body, locale, template, missing_words, preheader })
        };
        // Templates are checked, but parsers of HTML and Markdown, and tables of dates and plurals, are not ours.
        catch_unwind(AssertUnwindSafe(compose))
            .unwrap_or_else(|_| Err(ComposeError::Panicked { template: template.label.clone() }))
    }
}

fn time_zone(wanted: Option<&str>, default: &str) -> TimeZone {
    let known = |name: &str| TimeZone::get(name).ok();
    wanted.and_then(known).or_else(|| known(default)).unwrap_or(TimeZone::UTC)
}

/// One message in the making.
struct Composer<'a> {
    setup: &'a crate::Setup,
    template: &'a Template,
    facts: &'a Facts<'a>,
}

impl Composer<'_> {
    fn body(&self, form: Form, preheader: Option<&str>) -> Result<Body, ComposeError> {
        match form {
            Form::Email => self.email(preheader.unwrap_or_default()).map(Body::Email),
            Form::Chat => self.chat().map(Body::Chat),
            Form::Text => self.text().map(Body::Text),
        }
    }

    fn email(&self, preheader: &str) -> Result<Email, ComposeError> {
        let subject = self.short_line(self.template.front.subject.as_ref())?;
        let markup = self.markup()?;
        let text = match &self.template.text_part {
            Some(part) => html::tidy(&self.render(part, Style::Plain, EMAIL_LIMIT)?),
            None => html::to_text(&markup),
        };
        if subject.is_empty() || text.is_empty() {
            return Err(self.empty());
        }
        Ok(Email { subject, html: html::with_preheader(markup, preheader), text })
    }

    fn preheader(&self, form: Form) -> Result<Option<String>, ComposeError> {
        match form {
            Form::Email => {
                let line = self.short_line(self.template.front.preheader.as_ref())?;
                Ok(Some(line).filter(|line| !line.is_empty()))
            }
            Form::Chat | Form::Text => Ok(None),
        }
    }

    fn short_line(&self, file: Option<&template::File>) -> Result<String, ComposeError> {
        let line = file.map(|file| self.line(file)).transpose()?.unwrap_or_default();
        Ok(template::truncate(&line, SUBJECT_LENGTH))
    }

    /// The HTML. What MJML is made into grows a few times over, so it starts from less.
    fn markup(&self) -> Result<String, ComposeError> {
        let body = &self.template.body;
        match self.template.markup {
            Markup::OfForm => self.render(body, Style::Html, EMAIL_LIMIT),
            Markup::Mjml => {
                let source = self.render(body, Style::Html, template::MJML_LIMIT)?;
                template::to_html(&source, EMAIL_LIMIT).map_err(|fault| ComposeError::Mjml {
                    template: self.template.label.clone(),
                    why: fault.to_string(),
                })
            }
        }
    }

    fn chat(&self) -> Result<Chat, ComposeError> {
        let front = &self.template.front;
        let line = |file: Option<&template::File>| -> Result<Option<String>, ComposeError> {
            let line = file.map(|file| self.line(file)).transpose()?;
            Ok(line.filter(|line| !line.is_empty()))
        };
        let partials = self.setup.templates.partials();
        let body = template::render(&self.template.body, partials, self.facts, Style::Chat, CHAT_LIMIT)
            .map_err(|halt| failed(halt, CHAT_LIMIT))?;
        let mut fields = Vec::new();
        for (name, value) in &front.fields {
            let field = Field { name: self.line(name)?, value: self.line(value)? };
            fields.extend(Some(field).filter(|field| !field.value.is_empty()));
        }
        let chat = Chat {
            header: line(front.header.as_ref())?,
            color: line(front.color.as_ref())?.filter(|color| template::is_color(color)),
            body: template::blocks(&body),
            fields,
            buttons: self.buttons()?,
        };
        if chat.header.is_none() && chat.body.is_empty() && chat.fields.is_empty() {
            return Err(self.empty());
        }
        Ok(chat)
    }

    fn text(&self) -> Result<String, ComposeError> {
        let text = html::tidy(&self.render(&self.template.body, Style::Plain, TEXT_LIMIT)?);
        if text.is_empty() { Err(self.empty()) } else { Ok(text) }
    }

    /// The buttons that lead somewhere: one whose link cannot be made for this case is left out.
    fn buttons(&self) -> Result<Vec<Button>, ComposeError> {
        let mut buttons = Vec::new();
        for (text, target) in &self.template.front.buttons {
            let url = match target {
                Target::Link(name) => {
                    self.setup.links.get(name).and_then(|link| link.fill(self.facts.case).ok())
                }
                Target::Url(file) => checked_url(&self.line(file)?),
            };
            let text = self.line(text)?;
            buttons.extend(url.filter(|_| !text.is_empty()).map(|url| Button { text, url }));
        }
        Ok(buttons)
    }

    fn render(&self, file: &template::File, style: Style, limit: usize) -> Result<String, ComposeError> {
        template::render(file, self.setup.templates.partials(), self.facts, style, limit)
            .map(|rendered| rendered.text)
            .map_err(|halt| failed(halt, limit))
    }

    /// A string of front matter: one line.
    fn line(&self, file: &template::File) -> Result<String, ComposeError> {
        let text = self.render(file, Style::Plain, LINE_LIMIT)?;
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        Ok(line.trim().to_owned())
    }

    fn empty(&self) -> ComposeError {
        ComposeError::Empty { template: self.template.label.clone() }
    }
}

fn failed(halt: Halt, limit: usize) -> ComposeError {
    let Halt { place, stop } = halt;
    match stop {
        Stop::TooLarge => ComposeError::TooLarge { place, limit },
        Stop::TooLong => ComposeError::TooLong { place },
        Stop::Link { name, error } => ComposeError::Link { link: name, place, error },
    }
}

#[cfg(test)]
mod tests;

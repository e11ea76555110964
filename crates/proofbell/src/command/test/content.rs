//! What a message says, as tests look at it.

use proofbell_notify::{Body, Message};
use proofbell_pipeline::MessageSeen;

use super::named::Named;
use crate::readable;

/// The subject of a mail; the headline of a chat message.
pub(super) fn subject(seen: &MessageSeen) -> Option<&str> {
    match &message(seen)?.body {
        Body::Email(email) => Some(&email.subject),
        Body::Chat(chat) => chat.header.as_deref(),
        Body::Text(_) => None,
    }
}

/// The text: of a mail its text part, of a chat message all of it without markup.
pub(super) fn text(seen: &MessageSeen) -> Option<String> {
    Some(readable::text(&message(seen)?.body).into_owned())
}

/// The HTML of a mail.
pub(super) fn html(seen: &MessageSeen) -> Option<&str> {
    match &message(seen)?.body {
        Body::Email(email) => Some(&email.html),
        Body::Chat(_) | Body::Text(_) => None,
    }
}

/// The real address, to compare; what is shown is up to [`Named`].
pub(super) fn address(seen: &MessageSeen) -> Option<&str> {
    Some(message(seen)?.to.expose()).filter(|address| !address.is_empty())
}

/// The template's name, without form and language.
pub(super) fn template(seen: &MessageSeen) -> &str {
    seen.made.template.split('/').next().unwrap_or_default()
}

pub(super) fn locale(seen: &MessageSeen) -> Option<&str> {
    message(seen).map(|message| message.locale.as_str())
}

fn message(seen: &MessageSeen) -> Option<&Message> {
    seen.made.message.as_ref()
}

/// A message in a line: what made it, whom it reaches.
pub(super) fn headline(seen: &MessageSeen, named: &Named) -> String {
    let to = named.shown(seen).map(|address| format!(" to {address}")).unwrap_or_default();
    let made = &seen.made;
    format!("{} via {}{to} ({})", made.rule, made.channel, made.template)
}

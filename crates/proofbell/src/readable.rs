//! The body of a message as people read it.

use std::borrow::Cow;

use proofbell_notify::Body;

/// The text: of a mail its text part, of a chat message all of it without markup.
pub(crate) fn text(body: &Body) -> Cow<'_, str> {
    match body {
        Body::Email(email) => Cow::Borrowed(&email.text),
        Body::Chat(chat) => Cow::Owned(chat.plain_text()),
        Body::Text(text) => Cow::Borrowed(text),
    }
}

/// The text, and of a mail its subject before it.
pub(crate) fn whole(body: &Body) -> Cow<'_, str> {
    match body {
        Body::Email(email) => Cow::Owned(format!("Subject: {}\n\n{}", email.subject, email.text)),
        Body::Chat(_) | Body::Text(_) => text(body),
    }
}

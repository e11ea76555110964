//! What a server answers often quotes the recipient, and sometimes what we sent. None of it may reach a log.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use proofbell_notify::{Address, Body, Message};
use secrecy::ExposeSecret;

use crate::config::Credentials;

/// Shorter texts are left alone: replacing them would only make the answer unreadable.
const SHORTEST: usize = 4;

/// Takes addresses, secrets and the message's own words out of a server's answer.
#[derive(Clone, Default)]
pub(crate) struct Redactor {
    /// Never to be shown, longest first, for one may hold another.
    hidden: Vec<String>,
    /// The recipient's address and its local part.
    recipient: Vec<String>,
}

impl Redactor {
    /// One that hides the credentials, also in the encoding in which they were sent.
    pub(crate) fn new(credentials: Option<&Credentials>) -> Redactor {
        let mut redactor = Redactor::default();
        if let Some(Credentials { username, password }) = credentials {
            let password = password.expose_secret();
            let plain = format!("\0{username}\0{password}");
            for text in [
                password,
                username,
                &BASE64.encode(plain),
                &BASE64.encode(password),
                &BASE64.encode(username),
            ] {
                redactor.hide(text);
            }
        }
        redactor
    }

    /// The same for one message: its recipient's names and its subject are hidden as well.
    pub(crate) fn for_message(&self, message: &Message) -> Redactor {
        let mut redactor = self.clone();
        if let Some(name) = &message.to_name {
            redactor.hide(name);
        }
        match &message.body {
            Body::Email(email) => redactor.hide(&email.subject),
            Body::Chat(_) | Body::Text(_) => {}
        }
        match &message.to {
            Address::Email(email) => {
                let local = email.expose().rsplit_once('@').map_or("", |(local, _)| local);
                redactor.recipient = vec![email.expose().to_owned(), local.to_owned()];
            }
            Address::Phone(_) | Address::Named(_) | Address::Fixed => {}
        }
        redactor
    }

    /// The same for a mail that came back: these addresses, their local parts and these words are hidden as well.
    pub(crate) fn for_returned(&self, addresses: &[String], words: &[String]) -> Redactor {
        let mut redactor = self.clone();
        words.iter().for_each(|word| redactor.hide(word));
        redactor.recipient = addresses
            .iter()
            .flat_map(|address| [address.as_str(), address.rsplit_once('@').map_or("", |(local, _)| local)])
            .map(str::to_owned)
            .collect();
        redactor
    }

    /// The text without anything that looks like an address, names the recipient, or is a secret.
    pub(crate) fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for hidden in &self.hidden {
            text = text.replace(hidden, "‹hidden›");
        }
        let words = text.split_inclusive(is_boundary).map(|piece| {
            let word = piece.trim_end_matches(is_boundary);
            match is_address(word) {
                true => format!("‹address›{}", &piece[word.len()..]),
                false => piece.to_owned(),
            }
        });
        self.recipient.iter().fold(words.collect(), |text: String, name| replace_word(&text, name))
    }

    fn hide(&mut self, text: &str) {
        if text.chars().count() >= SHORTEST {
            self.hidden.push(text.to_owned());
            self.hidden.sort_by_key(|hidden| std::cmp::Reverse(hidden.len()));
        }
    }
}

/// An address may come percent-encoded, inside the link to an explanation.
fn is_address(word: &str) -> bool {
    word.contains('@') || word.contains("%40")
}

/// Hides a name, in whatever case, where it is no part of a longer word.
fn replace_word(text: &str, name: &str) -> String {
    // Only ASCII changes case here, so that positions stay what they are.
    let (lower, name) = (text.to_ascii_lowercase(), name.to_ascii_lowercase());
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    for (start, found) in lower.match_indices(&name) {
        let end = start + found.len();
        let before = text[..start].chars().next_back();
        let after = text[end..].chars().next();
        if found.is_empty()
            || before.is_some_and(char::is_alphanumeric)
            || after.is_some_and(char::is_alphanumeric)
        {
            continue;
        }
        clean.push_str(&text[done..start]);
        clean.push_str("‹address›");
        done = end;
    }
    clean.push_str(&text[done..]);
    clean
}

fn is_boundary(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '<' | '>' | '(' | ')' | '[' | ']' | '{' | '}' | ',' | ';' | ':' | '"' | '\'' | '‹' | '›'
        )
}

#[cfg(test)]
mod tests {
    use super::Redactor;
    use crate::config::Credentials;

    fn check(text: &str, clean: &str) {
        let credentials = Credentials { username: "mailer".to_owned(), password: "correct horse".into() };
        let mut redactor = Redactor::new(Some(&credentials));
        redactor.recipient = vec!["hanako@example.jp".to_owned(), "hanako".to_owned()];
        redactor.hide("花子さん、写真を");
        assert_eq!(redactor.clean(text), clean);
    }

    #[test]
    fn answers_keep_their_sense_and_lose_their_addresses_and_secrets() {
        check("5.1.1 <hanako@example.jp>: user unknown", "5.1.1 <‹address›>: user unknown");
        check("No such user: HANAKO", "No such user: ‹address›");
        check("hanako... User unknown", "‹address›... User unknown");
        check(
            "5.1.1 user=hanako? no, but hanako-x and hanakos",
            "5.1.1 user=‹address›? no, but ‹address›-x and hanakos",
        );
        check("a+b=c@example.com", "‹address›");
        check("mail to other@example.com, bounced.", "mail to ‹address›, bounced.");
        check("see https://x.example/?to=hanako%40example.jp now", "see https:‹address› now");
        check("bad password correct horse for mailer", "bad password ‹hidden› for ‹hidden›");
        check("bad AG1haWxlcgBjb3JyZWN0IGhvcnNl", "bad ‹hidden›");
        check("spam: 花子さん、写真を", "spam: ‹hidden›");
        check("5.7.1 policy, see https://x.example/a", "5.7.1 policy, see https://x.example/a");
        check("", "");
    }
}

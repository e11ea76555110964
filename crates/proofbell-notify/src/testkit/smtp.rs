//! A mail server that says yes, save where it was told what to say.

use super::{Dialogue, Reply};

/// A mail server without TLS: it greets, says yes to every command, and takes every message, save where told otherwise.
#[derive(Clone, Debug)]
pub struct SmtpAnswers {
    greeting: String,
    answers: Vec<(String, String)>,
}

/// The word under which [`SmtpAnswers::on`] takes the answer to the message itself.
const MESSAGE: &str = ".";

impl Default for SmtpAnswers {
    fn default() -> SmtpAnswers {
        let answers = [
            ("EHLO", "250-double.example\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"),
            ("DATA", "354 go ahead\r\n"),
            ("QUIT", "221 bye\r\n"),
            (MESSAGE, "250 2.0.0 queued\r\n"),
        ];
        let answers = answers.map(|(verb, answer)| (verb.to_owned(), answer.to_owned())).into();
        SmtpAnswers { greeting: "220 double.example ESMTP\r\n".to_owned(), answers }
    }
}

impl SmtpAnswers {
    /// A server with another first line; it ends with CR LF.
    #[must_use]
    pub fn greet(self, greeting: &str) -> SmtpAnswers {
        SmtpAnswers { greeting: greeting.to_owned(), ..self }
    }

    /// This server with another answer to a command, by its verb in capitals, or to the message itself, by `"."`. The answer's lines end
    /// with CR LF; after a `221` or `421` it closes.
    #[must_use]
    pub fn on(mut self, verb: &str, answer: &str) -> SmtpAnswers {
        self.answers.retain(|(known, _)| known != verb);
        self.answers.push((verb.to_owned(), answer.to_owned()));
        self
    }

    fn answer(&self, verb: &str) -> &str {
        let found = self.answers.iter().find(|(known, _)| known == verb);
        found.map_or("250 2.0.0 fine\r\n", |(_, answer)| answer.as_str())
    }
}

impl Dialogue for SmtpAnswers {
    fn greeting(&self) -> Vec<u8> {
        self.greeting.clone().into_bytes()
    }

    fn unit(&self, heard: &[u8], before: &[Vec<u8>]) -> Option<usize> {
        let in_message =
            before.last().is_some_and(|unit| verb(unit) == "DATA") && self.answer("DATA").starts_with("354");
        let end: &[u8] = if in_message { b"\r\n.\r\n" } else { b"\r\n" };
        heard.windows(end.len()).position(|window| window == end).map(|start| start + end.len())
    }

    fn hands_over(&self, unit: &[u8]) -> bool {
        unit.ends_with(b"\r\n.\r\n")
    }

    fn reply(&self, unit: &[u8]) -> Reply {
        let verb = if self.hands_over(unit) { MESSAGE.to_owned() } else { verb(unit) };
        let answer = self.answer(&verb);
        let bytes = answer.as_bytes().to_vec();
        match answer.get(..3) {
            Some("221" | "421") => Reply::SayAndClose(bytes),
            _ => Reply::Say(bytes),
        }
    }
}

fn verb(line: &[u8]) -> String {
    let word = line.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
    String::from_utf8_lossy(word).to_ascii_uppercase()
}

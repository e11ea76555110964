//! What an SMS says it comes from.

/// Whom an SMS names as its sender: a number in E.164, a short code of 5 or 6 digits, or a name of up to 11 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sender(String);

impl Sender {
    /// Reads the setting `from`.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub(crate) fn parse(text: &str) -> Result<Sender, &'static str> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(number) = text.strip_prefix('+') {
            let fits = (7..=15).contains(&number.len()) && digits(number) && !number.starts_with('0');
            return fits
                .then(|| Sender(text.to_owned()))
                .ok_or("not a number; write it as + and 7 to 15 digits, without spaces");
        }
        if !text.is_empty() && digits(text) {
            return matches!(text.len(), 5 | 6).then(|| Sender(text.to_owned())).ok_or(
                "neither a short code of 5 or 6 digits nor a number; a number begins with + and its country",
            );
        }
        // https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id
        let allowed = |c: char| c.is_ascii_alphanumeric() || " +-_&".contains(c);
        let is_name = text.len() <= 11
            && text.chars().all(allowed)
            && text.contains(|c: char| c.is_ascii_alphabetic())
            && text.trim() == text;
        is_name.then(|| Sender(text.to_owned())).ok_or(
            "neither a number (+ and digits) nor a sender name (up to 11 ASCII letters, digits, spaces, + - _ &; one letter at least)",
        )
    }

    /// As the gateway takes it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

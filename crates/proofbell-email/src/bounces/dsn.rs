//! Delivery status notifications (RFC 3464, and RFC 6533 for other letters than ASCII's): what a returned mail says of itself.

use mail_parser::{HeaderValue, Message, MessageParser};
use uuid::Uuid;

use super::parts::{Part, parts, split};

/// Most recipients looked at; a mail of ours had one.
const RECIPIENTS: usize = 64;

/// What a delivery status notification says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Dsn {
    /// Our mail that it is about; `None` when it is about somebody else's.
    pub(super) message: Option<Uuid>,
    /// Whom we wrote to, as the returned mail says; nobody where it does not.
    pub(super) to: Vec<String>,
    /// What became of it, by recipient.
    pub(super) recipients: Vec<Recipient>,
    /// The returned mail's own words, which are not to be shown: subject and display name of the recipient.
    pub(super) words: Vec<String>,
}

/// What became of the mail for one recipient (RFC 3464, section 2.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Recipient {
    pub(super) action: Option<Action>,
    pub(super) status: Option<Status>,
    /// What the server said that would not have it, when that was an SMTP server.
    pub(super) diagnostic: Option<String>,
    /// The address that it was tried with, and the one that it was sent to at first, as far as they are named. Not to be shown.
    pub(super) addresses: Vec<String>,
}

/// What was done with a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Failed,
    Delayed,
    Delivered,
    Relayed,
    Expanded,
}

/// A status code (RFC 3463).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) class: u16,
    pub(super) subject: u16,
    pub(super) detail: u16,
}

impl Status {
    /// The code at the start of a text, where there is one.
    fn parse(text: &str) -> Option<Status> {
        let word = text.split_whitespace().next()?;
        let mut numbers = word.split('.').map(|part| part.parse::<u16>().ok());
        let (class, subject, detail) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let known = matches!(class, 2 | 4 | 5) && subject <= 7 && detail <= 999;
        (known && numbers.next().is_none()).then_some(Status { class, subject, detail })
    }

    /// The code behind the three digits of an SMTP server's answer.
    fn in_answer(answer: &str) -> Option<Status> {
        let (digits, rest) = answer.trim_start().split_at_checked(3)?;
        let status = Status::parse(rest.strip_prefix([' ', '-'])?)?;
        (digits.parse::<u16>().ok()? / 100 == status.class).then_some(status)
    }

    /// Whether it says no more than its class.
    fn is_vague(self) -> bool {
        self.subject == 0 && self.detail == 0
    }
}

impl Dsn {
    /// Reads a mail; `None` when it is no such notification. `domain` is the one of our Message-IDs.
    pub(super) fn parse(mail: &[u8], domain: &str) -> Option<Dsn> {
        let parts = parts(mail);
        let status =
            parts.iter().find(|part| part.is("message", &["delivery-status", "global-delivery-status"]))?;
        let status = status.contents();
        let recipients = groups(&String::from_utf8_lossy(&status))
            .filter_map(|fields| recipient(&fields))
            .take(RECIPIENTS)
            .collect();
        let returned = parts.iter().find(|part| is_returned(part)).map(Part::contents);
        let returned = returned.as_ref().and_then(|returned| head(returned));
        let own = returned.as_ref().and_then(|mail| mail.message_id()).and_then(|id| ours(id, domain));
        Some(Dsn {
            message: own.or_else(|| referred(&head(mail)?, domain)),
            to: returned.as_ref().map(to).unwrap_or_default(),
            recipients,
            words: returned.as_ref().map(words).unwrap_or_default(),
        })
    }
}

/// Whether it is the mail that is returned, or what of it is: its head may be all.
fn is_returned(part: &Part<'_>) -> bool {
    part.is("message", &["rfc822", "global", "global-headers"]) || part.is("text", &["rfc822-headers"])
}

/// A mail's head. What is below it is not looked at, so that it may be whatever it is.
fn head(mail: &[u8]) -> Option<Message<'_>> {
    MessageParser::default().parse_headers(split(mail).0)
}

/// What the notification itself refers to: Gmail and Exim say it there too.
fn referred(mail: &Message<'_>, domain: &str) -> Option<Uuid> {
    [mail.in_reply_to(), mail.references()].into_iter().flat_map(texts).find_map(|id| ours(id, domain))
}

fn texts<'m>(value: &'m HeaderValue<'_>) -> Vec<&'m str> {
    match value {
        HeaderValue::Text(text) => vec![text.as_ref()],
        HeaderValue::TextList(texts) => texts.iter().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    }
}

/// The message whose Message-ID this is, when it is one of ours.
fn ours(message_id: &str, domain: &str) -> Option<Uuid> {
    let (id, at) = message_id.trim_matches(['<', '>', ' ']).split_once('@')?;
    let uuid = Uuid::try_parse(id).ok()?;
    (at.eq_ignore_ascii_case(domain) && id.eq_ignore_ascii_case(&uuid.hyphenated().to_string()))
        .then_some(uuid)
}

fn to(mail: &Message<'_>) -> Vec<String> {
    let to = mail.to().into_iter().flat_map(|to| to.iter());
    to.filter_map(|one| one.address()).take(RECIPIENTS).map(str::to_owned).collect()
}

fn words(mail: &Message<'_>) -> Vec<String> {
    let name = mail.to().and_then(|to| to.first()).and_then(|to| to.name());
    mail.subject().into_iter().chain(name).map(str::to_owned).collect()
}

type Fields = Vec<(String, String)>;

/// The groups of fields, which empty lines separate: one about the mail, then one for each recipient.
fn groups(text: &str) -> impl Iterator<Item = Fields> {
    let mut groups = vec![Fields::new()];
    for line in text.lines() {
        let Some(fields) = groups.last_mut() else { break };
        if line.trim().is_empty() {
            groups.push(Fields::new());
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    groups.into_iter()
}

fn recipient(fields: &Fields) -> Option<Recipient> {
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let typed = |name: &str| field(name).map(|value| value.split_once(';').unwrap_or(("", value)));
    let addresses: Vec<String> = ["final-recipient", "original-recipient"]
        .into_iter()
        .filter_map(typed)
        .map(|(_, address)| address.trim().trim_matches(['<', '>']).to_owned())
        .collect();
    let action = field("action");
    if addresses.is_empty() && action.is_none() {
        return None;
    }
    let diagnostic = typed("diagnostic-code")
        .filter(|(kind, _)| kind.trim().eq_ignore_ascii_case("smtp"))
        .map(|(_, text)| text.trim().to_owned());
    let status = field("status").and_then(Status::parse);
    let answer = diagnostic.as_deref().and_then(Status::in_answer);
    Some(Recipient {
        action: action.and_then(parse_action),
        // Exim writes 5.0.0 whatever the server said.
        status: status.filter(|status| !status.is_vague()).or(answer).or(status),
        diagnostic,
        addresses,
    })
}

fn parse_action(text: &str) -> Option<Action> {
    let word = text.split([' ', '(']).next().unwrap_or_default();
    [
        ("failed", Action::Failed),
        ("delayed", Action::Delayed),
        ("delivered", Action::Delivered),
        ("relayed", Action::Relayed),
        ("expanded", Action::Expanded),
    ]
    .into_iter()
    .find(|(known, _)| word.eq_ignore_ascii_case(known))
    .map(|(_, action)| action)
}

#[cfg(test)]
mod tests {
    use super::{Status, ours};

    #[test]
    fn codes_are_found_in_answers() {
        let check = |answer: &str, expected: Option<(u16, u16, u16)>| {
            let found = Status::in_answer(answer);
            assert_eq!(found.map(|found| (found.class, found.subject, found.detail)), expected, "{answer}");
        };
        check("550 5.1.1 <x@y>: unknown", Some((5, 1, 1)));
        check(" 550-5.7.1 Our system", Some((5, 7, 1)));
        check("550 unknown", None);
        check("450 5.1.1 confused", None);
        check("550 5.1.1.1 long", None);
        check("550 5.9.1 unknown subject", None);
        check("55", None);
    }

    #[test]
    fn only_our_own_ids_count() {
        let check = |id: &str, found: bool| assert_eq!(ours(id, "market.example").is_some(), found, "{id}");
        check("0193a5b0-0000-7000-8000-000000000001@market.example", true);
        check("<0193A5B0-0000-7000-8000-000000000001@Market.Example>", true);
        check("0193a5b0-0000-7000-8000-000000000001@other.example", false);
        check("0193a5b0000070008000000000000001@market.example", false);
        check("case-sr-1@market.example", false);
        check("0193a5b0-0000-7000-8000-000000000001", false);
    }
}

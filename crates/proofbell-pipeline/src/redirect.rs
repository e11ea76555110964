//! Staging's belt: the last step before each send, whatever made it.

use std::collections::BTreeMap;

use proofbell_notify::{Address, AddressKind, Block, Body, Chat, Message, Span, mask_middle};

/// Where messages really go in staging.
#[derive(Clone, Debug, Default)]
pub struct Redirect {
    /// By kind of address (`email`, `phone`, `slack`); a kind that is not named is dropped.
    pub to: BTreeMap<String, RedirectTo>,
    /// Put before the subject, header or text; `{to}` is the masked address that it was for.
    pub mark: Option<String>,
}

/// What happens to one kind of address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectTo {
    /// It goes here instead.
    Address(Address),
    /// It goes where it was meant to: the channel is its own address, and configured for staging.
    Keep,
    /// It goes nowhere.
    Drop,
}

impl Redirect {
    /// The message as it leaves; `None` when it is dropped.
    pub fn apply(&self, mut message: Message, kind: AddressKind) -> Option<Message> {
        let address = match self.to.get(kind.as_str())? {
            RedirectTo::Address(address) => address.clone(),
            RedirectTo::Keep => message.to.clone(),
            RedirectTo::Drop => return None,
        };
        if let Some(mark) = &self.mark {
            put_before(&mut message.body, &mark.replace("{to}", &message.to.to_string()));
        }
        if let Body::Chat(chat) = &mut message.body {
            silence(chat);
        }
        message.to = address;
        // The name belongs to the person that it was for.
        message.to_name = None;
        Some(message)
    }
}

/// A mention rings for the person wherever it is posted. Here it shows where it would have stood.
fn silence(chat: &mut Chat) {
    let lines = chat.body.iter_mut().flat_map(|block| match block {
        Block::Paragraph(line) => std::slice::from_mut(line),
        Block::List(lines) => lines.as_mut_slice(),
    });
    for span in lines.flatten() {
        if let Span::Mention(name) = span {
            *span = Span::Text(format!("@{}", mask_middle(name)));
        }
    }
}

fn put_before(body: &mut Body, mark: &str) {
    match body {
        Body::Email(email) => email.subject.insert_str(0, mark),
        Body::Text(text) => text.insert_str(0, mark),
        Body::Chat(chat) => match &mut chat.header {
            Some(header) => header.insert_str(0, mark),
            None => chat.body.insert(0, Block::Paragraph(vec![Span::Text(mark.to_owned())])),
        },
    }
}

#[cfg(test)]
mod tests {
    use proofbell_notify::Email;

    use super::*;

    fn message(to: &str, body: Body) -> Message {
        Message {
            id: uuid::Uuid::nil(),
            made_at: jiff::Timestamp::UNIX_EPOCH,
            to: Address::Email(to.parse().unwrap()),
            to_name: None,
            locale: "en".into(),
            case: None,
            thread: None,
            optional: false,
            body,
        }
    }

    #[test]
    fn a_named_kind_goes_elsewhere_with_its_mark_and_others_go_nowhere() {
        let elsewhere = Address::Email("test@market.example".parse().unwrap());
        let redirect = Redirect {
            to: BTreeMap::from([
                ("email".into(), RedirectTo::Address(elsewhere.clone())),
                ("phone".into(), RedirectTo::Drop),
            ]),
            mark: Some("[staging, for {to}] ".into()),
        };
        let email = Email { subject: "Hello".into(), html: String::new(), text: String::new() };
        let original =
            Message { to_name: Some("花子".into()), ..message("hanako@example.jp", Body::Email(email)) };
        let moved = redirect.apply(original.clone(), AddressKind::Email).unwrap();
        assert_eq!((moved.to, moved.to_name), (elsewhere, None));
        let Body::Email(email) = moved.body else { panic!("still an e-mail") };
        assert_eq!(email.subject, "[staging, for h…@example.jp] Hello");
        assert_eq!(redirect.apply(original.clone(), AddressKind::Phone), None);
        assert_eq!(redirect.apply(original.clone(), AddressKind::Named("slack")), None);
        let kept = Redirect { to: BTreeMap::from([("fixed".into(), RedirectTo::Keep)]), mark: None };
        let own = Message { to: Address::Fixed, to_name: None, ..original.clone() };
        assert_eq!(kept.apply(own.clone(), AddressKind::Fixed), Some(own));
        assert_eq!(redirect.apply(original, AddressKind::Fixed), None);
    }

    #[test]
    fn nobody_is_mentioned_in_staging() {
        let mention = || Span::Mention("U012AB3CD".into());
        let body = vec![
            Block::Paragraph(vec![mention(), Span::Text(" look".into())]),
            Block::List(vec![vec![mention()]]),
        ];
        let original = message("a@b.example", Body::Chat(Chat { body, ..Chat::default() }));
        for to in [RedirectTo::Keep, RedirectTo::Address(Address::Named("#staging".into()))] {
            let redirect = Redirect { to: BTreeMap::from([("slack".into(), to)]), mark: None };
            let moved = redirect.apply(original.clone(), AddressKind::Named("slack")).unwrap();
            let Body::Chat(chat) = moved.body else { panic!("still a chat") };
            assert_eq!(chat.plain_text(), "@U0…CD look\n• @U0…CD");
            assert!(!format!("{chat:?}").contains("Mention"), "{chat:?}");
        }
    }
}

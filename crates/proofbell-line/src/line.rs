//! The notifier.

use std::time::Duration;

use proofbell_notify::http::{Client, Request, SendError};
use proofbell_notify::{
    Address, AddressKind, Body, Callback, CallbackError, ConfigError, Form, Message, Notifier, Outcome,
    ProbeError, Proof, Reason, Report, Toolkit,
};
use serde_json::{Value, json};

use crate::settings::Settings;
use crate::{LineConfig, answer, callback, payload, probe};

/// How long the question whether somebody can be reached may take. Without an answer the message goes out all the same.
const ASK_TIMEOUT: Duration = Duration::from_secs(5);

/// Pushes messages to people, groups and rooms of one LINE Official Account.
pub struct Line {
    settings: Settings,
    http: Client,
}

impl Notifier for Line {
    const KIND: &'static str = "line";
    type Config = LineConfig;

    fn from_config(config: LineConfig, kit: &Toolkit) -> Result<Line, ConfigError> {
        Ok(Line { settings: Settings::check(config)?, http: kit.http.clone() })
    }

    fn form(&self) -> Form {
        Form::Chat
    }

    fn address(&self) -> AddressKind {
        AddressKind::Named("line")
    }

    async fn send(&self, message: &Message) -> Outcome {
        let (to, content) = match self.prepare(message) {
            Ok(prepared) => prepared,
            Err(outcome) => return outcome,
        };
        if self.settings.check_friend && to.is_person() && self.is_gone(&to).await {
            return answer::gone();
        }
        self.push(message, &to, &content).await
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        let urls = &self.settings.urls;
        let ask = async |url| self.get(url).send().await.map_err(SendError::probe_error);
        let account = probe::account(&ask(&urls.info).await?)?;
        let Some(quota) = probe::quota(&ask(&urls.quota).await?)? else {
            return Ok(Proof::of(format!("{account}; nothing limits its messages")));
        };
        let room = probe::room(quota, &ask(&urls.consumption).await?)?;
        Ok(Proof::of(format!("{account}; {room}")))
    }

    fn callback(&self, callback: &Callback) -> Result<Vec<Report>, CallbackError> {
        callback::reports(callback, self.settings.secret.as_ref())
    }
}

impl Line {
    /// Whom to push what.
    ///
    /// # Errors
    /// Why this message must not or cannot be sent here.
    fn prepare(&self, message: &Message) -> Result<(LineId, Value), Outcome> {
        let rejected = |code, detail| Outcome::Rejected { reason: Reason::new(code, detail) };
        let (Address::Named(to), Body::Chat(chat)) = (&message.to, &message.body) else {
            return Err(rejected("form", "LINE takes chat messages to LINE ids only"));
        };
        let Some(to) = LineId::parse(to) else {
            let reason = Reason::new("address", "not a LINE id: U, C or R and 32 hexadecimal digits");
            return Err(Outcome::BadAddress { reason, forget_after: None });
        };
        let content = payload(chat, self.settings.shape, &message.locale);
        Ok((to, content.ok_or_else(|| rejected("no_text", "the message is empty"))?))
    }

    /// Whether LINE says that this person cannot be reached by the account. Any other answer, and none, is no.
    async fn is_gone(&self, to: &LineId) -> bool {
        let Ok(url) = self.settings.urls.profile.join([to.0.as_str()]) else { return false };
        let answer = self.get(&url).timeout(ASK_TIMEOUT).send().await;
        answer.is_ok_and(|answer| answer::says_gone(&answer))
    }

    /// The message's id is the retry key from the first attempt on, so that LINE carries out one of all attempts only: it keeps keys
    /// for 24 hours. <https://developers.line.biz/en/docs/messaging-api/retrying-api-request/>
    ///
    /// An attempt whose answer was lost is unknown all the same: when it was the last one, nobody learns what became of it. Until then,
    /// trying again is harmless, and 409 tells that an earlier attempt was accepted.
    async fn push(&self, message: &Message, to: &LineId, content: &Value) -> Outcome {
        let mut body = json!({ "to": to.0, "messages": [content] });
        if self.settings.notification_disabled {
            body["notificationDisabled"] = json!(true);
        }
        let request = self.http.post(&self.settings.urls.push).bearer(&self.settings.token).json(&body);
        let request = request.header("X-Line-Retry-Key", &message.id.to_string());
        match request.send_for_header("x-line-accepted-request-id").await {
            Ok((answer, accepted)) => answer::pushed(&answer, accepted.as_deref()),
            Err(error) => error.outcome(),
        }
    }

    fn get(&self, url: &url::Url) -> Request {
        self.http.get(url).bearer(&self.settings.token)
    }
}

/// A person (`U`), group (`C`) or room (`R`) as LINE's Messaging API names them.
pub(crate) struct LineId(String);

impl LineId {
    /// Reads one; capital digits are made small, as LINE writes them.
    pub(crate) fn parse(text: &str) -> Option<LineId> {
        let digits = text.strip_prefix(['U', 'C', 'R'])?;
        let fits = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| LineId(format!("{}{}", &text[..1], digits.to_ascii_lowercase())))
    }

    pub(crate) fn is_person(&self) -> bool {
        self.0.starts_with('U')
    }

    pub(crate) fn into_address(self) -> Address {
        Address::Named(self.0)
    }
}

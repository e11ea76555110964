//! What providers tell later: what it means, and taking it in.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use proofbell_notify::{Callback, CallbackError, News, Reason, Report};
use proofbell_store::{Memory, Remember, Reported, StoreError, SuppressionKind, Then, Told};

use crate::runtime::Runtime;
use crate::shared::Shared;
use crate::{Code, Handle};

/// Why a provider's call was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum CallbackProblem {
    /// There is no such channel of this kind.
    #[error("there is no channel `{channel}` of kind `{kind}`")]
    NoChannel {
        /// The kind asked for.
        kind: String,
        /// The channel asked for.
        channel: String,
    },
    /// The channel does not believe it.
    #[error(transparent)]
    Refused(#[from] CallbackError),
    /// It could not be kept now; the provider should call again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Handle {
    /// Whether there is a channel of this name and kind.
    pub fn has_channel(&self, kind: &str, channel: &str) -> bool {
        self.shared.runtime().channels.get(channel).is_some_and(|it| it.notifier.kind() == kind)
    }

    /// Takes in a call that a provider made to a channel; says what became of each report in it.
    ///
    /// # Errors
    /// When there is no such channel, it does not believe the call, or the store cannot keep it.
    pub async fn callback(
        &self,
        kind: &str,
        channel: &str,
        callback: &Callback,
    ) -> Result<Vec<Reported>, CallbackProblem> {
        let runtime = self.shared.runtime();
        let of_kind = runtime.channels.get(channel).filter(|it| it.notifier.kind() == kind);
        let no_channel = || CallbackProblem::NoChannel { kind: kind.to_owned(), channel: channel.to_owned() };
        let notifier = &of_kind.ok_or_else(no_channel)?.notifier;
        let read = catch_unwind(AssertUnwindSafe(|| notifier.callback(callback)));
        let reports = read.unwrap_or_else(|_| {
            tracing::error!(channel, "the notifier panicked while reading a call");
            Err(CallbackError::Malformed("reading it failed".to_owned()))
        })?;
        Ok(take_in(&self.shared, &runtime, channel, reports).await?)
    }
}

/// Keeps what was told of a channel's messages and addresses, and wakes whoever goes on from there. `runtime` is the one whose channel was
/// told it.
pub(crate) async fn take_in(
    shared: &Shared,
    runtime: &Runtime,
    channel: &str,
    reports: Vec<Report>,
) -> Result<Vec<Reported>, StoreError> {
    if reports.is_empty() {
        return Ok(Vec::new());
    }
    let now = shared.clock.now();
    let sent_to = match runtime.redirect {
        Some(_) => SentTo::SomebodyElse,
        None => SentTo::Recipient,
    };
    let told: Vec<Told> = reports.into_iter().map(|report| meaning(channel, report, sent_to, now)).collect();
    let words: Vec<String> = told.iter().map(|told| told.news.clone()).collect();
    let results = shared.store.report(told).await?;
    for (news, result) in words.into_iter().zip(&results) {
        tracing::info!(channel, news, result = result.as_str(), "the provider told");
        let (channel, result) = (channel.to_owned(), result.as_str());
        metrics::counter!("proofbell_reports_total", "channel" => channel, "news" => news, "result" => result)
            .increment(1);
    }
    shared.fallback.notify_one();
    Ok(results)
}

/// To whom a channel's messages go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SentTo {
    /// To their recipients.
    Recipient,
    /// To an address of `[redirect]`: what is said of that says nothing of the recipient's own.
    SomebodyElse,
}

/// What a report means for its message and its address. Pure.
fn meaning(channel: &str, report: Report, sent_to: SentTo, now: Timestamp) -> Told {
    let news = report.news.as_str().to_owned();
    let reason = report.news.reason().map(ToString::to_string);
    let (then, memory) = match report.news {
        News::Delivered => (Then::Delivered, None),
        News::Undelivered { reason } => (Then::End(Code::Undelivered.end(reason.to_string())), None),
        News::BadAddress { reason, forget_after } => {
            let until = forget_after.and_then(|time| now.checked_add(time).ok());
            let keep = keep(SuppressionKind::BadAddress, &reason, until);
            (Then::End(Code::BadAddress.end(reason.to_string())), Some(keep))
        }
        News::OptedOut { reason } => {
            let keep = keep(SuppressionKind::OptedOut, &reason, None);
            (Then::End(Code::OptedOut.end(reason.to_string())), Some(keep))
        }
        News::OptedIn => (Then::Nothing, Some(Memory::Forget(SuppressionKind::OptedOut))),
    };
    let about_message = matches!(report.about, proofbell_notify::About::Message(_));
    let memory = memory.filter(|_| !(about_message && sent_to == SentTo::SomebodyElse));
    Told { channel: channel.to_owned(), at: now, about: report.about, news, reason, then, memory }
}

fn keep(kind: SuppressionKind, reason: &Reason, until: Option<Timestamp>) -> Memory {
    Memory::Keep(Remember { kind, reason: reason.to_string(), until })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proofbell_notify::{About, Address};
    use proofbell_store::Ended;
    use uuid::Uuid;

    use super::*;
    use crate::testing::at;

    fn reason() -> Reason {
        Reason::new("5.1.1", "no such mailbox")
    }

    fn told(about: About, news: News, sent_to: SentTo) -> (String, String) {
        let told = meaning("email", Report { about, news }, sent_to, at(0));
        let then = match told.then {
            Then::Delivered => "delivered".to_owned(),
            Then::Nothing => "nothing".to_owned(),
            Then::End(Ended::Suppressed { code, .. }) => format!("suppressed {code}"),
            Then::End(Ended::Dead { code, .. }) => format!("dead {code}"),
        };
        let memory = match told.memory {
            None => String::new(),
            Some(Memory::Forget(kind)) => format!("forget {kind:?}"),
            Some(Memory::Keep(keep)) => {
                let until = keep.until.map(|until| until.as_second() - at(0).as_second());
                format!("keep {:?} {until:?}", keep.kind)
            }
        };
        (then, memory)
    }

    #[test]
    fn each_news_says_what_it_means_for_message_and_address() {
        let message = || About::Message(Uuid::nil());
        let day = Some(Duration::from_secs(86_400));
        let bad = |forget_after| News::BadAddress { reason: reason(), forget_after };
        let table = [
            (News::Delivered, "delivered", ""),
            (News::Undelivered { reason: reason() }, "dead undelivered", ""),
            (bad(None), "suppressed bad_address", "keep BadAddress None"),
            (bad(day), "suppressed bad_address", "keep BadAddress Some(86400)"),
            (News::OptedOut { reason: reason() }, "suppressed opted_out", "keep OptedOut None"),
            (News::OptedIn, "nothing", "forget OptedOut"),
        ];
        for (news, then, memory) in table {
            let expected = (then.to_owned(), memory.to_owned());
            assert_eq!(told(message(), news.clone(), SentTo::Recipient), expected, "{news:?}");
            let elsewhere = told(message(), news.clone(), SentTo::SomebodyElse);
            assert_eq!(elsewhere, (then.to_owned(), String::new()), "redirected: {news:?}");
        }
    }

    #[test]
    fn what_is_said_of_an_address_holds_though_messages_are_redirected() {
        let about = About::Address(Address::Named("U1".to_owned()));
        let (_, memory) = told(about, News::OptedOut { reason: reason() }, SentTo::SomebodyElse);
        assert_eq!(memory, "keep OptedOut None");
    }
}

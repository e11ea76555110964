//! What a bounce means for the message and the address.

use std::time::Duration;

use proofbell_notify::{News, Reason};
use url::Host;

use super::dsn::{Action, Dsn, Recipient, Status};
use crate::redact::Redactor;
use crate::verdict;

/// How long a domain that cannot be found is remembered. Domains lapse and are renewed, and name servers have bad days.
const FORGET_DOMAIN_AFTER: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The highest detail that a code may have to be told as it is: a reason's code becomes a metric label, and whoever sends us mails must
/// not be able to make ever new ones. The registered ones end at 30, Exchange's own go up to 750.
const LAST_DETAIL: u16 = 30;

/// What the notification says of our message; `None` when nothing has been decided yet.
///
/// A mail of ours has one recipient. Where that one stands for several, the mail has come back for one of them at least: then the
/// address is only bad if it is so for all of them that are named.
pub(super) fn news(dsn: &Dsn, redactor: &Redactor) -> Option<News> {
    let of = |wanted: Action| dsn.recipients.iter().filter(move |recipient| recipient.action == Some(wanted));
    let Some(failed) = of(Action::Failed).next() else {
        return of(Action::Delivered).next().map(|_| News::Delivered);
    };
    let reason = reason(failed, dsn, redactor);
    let verdicts: Vec<Option<Duration>> =
        dsn.recipients.iter().map(|recipient| remembered(recipient, dsn)).collect();
    Some(match verdicts.iter().copied().collect::<Option<Vec<Duration>>>() {
        Some(times) => News::BadAddress { reason, forget_after: times.into_iter().min() },
        None => News::Undelivered { reason },
    })
}

/// How long the address is not to be used; `None` when it is not the address's fault. As in the table for RCPT TO, only a code that
/// speaks of the address itself is believed about it; and only if that address is ours to judge: where a mail is forwarded, the one that
/// fails is another, and a mail to ours may still be read.
fn remembered(recipient: &Recipient, dsn: &Dsn) -> Option<Duration> {
    let tried = recipient.addresses.first()?;
    if recipient.action != Some(Action::Failed) || !dsn.to.iter().any(|to| is_same(to, tried)) {
        return None;
    }
    match recipient.status? {
        Status { class: 5, subject: 4, detail: 4 } => Some(FORGET_DOMAIN_AFTER),
        // 4.x.x that failed has been tried for days; x.2.2 is a full mailbox, x.7.x policy: another mail may get through.
        Status { class: 5, subject, detail } => verdict::bad_address(subject, detail),
        Status { .. } => None,
    }
}

/// Whether two addresses are the same but for case and for the way in which the domain is written. Local parts that differ in case only
/// could be two people's (RFC 5321, section 2.4), and nowhere are.
fn is_same(one: &str, other: &str) -> bool {
    let plain = |address: &str| {
        let (local, domain) = address.rsplit_once('@')?;
        Some((local.to_lowercase(), Host::parse(domain).ok()?))
    };
    plain(one).is_some_and(|one| plain(other) == Some(one))
}

fn reason(recipient: &Recipient, dsn: &Dsn, redactor: &Redactor) -> Reason {
    let code = match recipient.status {
        Some(Status { class, subject, detail }) if detail <= LAST_DETAIL => {
            format!("{class}.{subject}.{detail}")
        }
        Some(Status { class, subject, .. }) => format!("{class}.{subject}"),
        None => "bounced".to_owned(),
    };
    let addresses = [recipient.addresses.as_slice(), &dsn.to].concat();
    let hidden = redactor.for_returned(&addresses, &dsn.words);
    let said = recipient.diagnostic.as_deref().map(|said| format!(": {}", hidden.clean(said)));
    Reason::new(code, format!("the mail came back{}", said.unwrap_or_default()))
}

//! Messages as people see them: addresses masked.

use proofbell_notify::{Body, Message};
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use uuid::Uuid;

use super::{Query, one_of};
use crate::sqlite::codec::{decode, time};
use crate::sqlite::failure::Failure;
use crate::{AttemptView, MessageFilter, MessageView, ReportView, StoreError};

const COLUMNS: &str = "SELECT m.seq, m.id, d.id, e.id, m.sr_uuid, m.rule, m.channel, m.template, m.state, m.code, \
    m.reason, m.made_at, m.due_at, m.ended_at, m.tries, m.provider_id, m.segments, b.body FROM messages m \
    LEFT JOIN drafts d ON d.seq = m.draft LEFT JOIN events e ON e.seq = m.event \
    LEFT JOIN message_bodies b ON b.message = m.seq";
/// By draft for those that have one, so that messages themselves need no index by case. `CROSS JOIN` keeps the order.
pub(in crate::sqlite) const OF_CASE: &str = "m.seq IN (SELECT f.seq FROM events_by_case v \
    CROSS JOIN drafts w ON w.event = v.seq \
    CROSS JOIN messages f ON f.draft = w.seq WHERE v.case_key = narrow(?1) AND v.sr_uuid = ?1 \
    UNION ALL SELECT l.seq FROM messages l WHERE l.draft IS NULL AND l.sr_uuid = ?1)";
const ATTEMPTS: &str =
    "SELECT at, ended_at, outcome, reason FROM attempts WHERE message = ?1 ORDER BY number";
const REPORTS: &str = "SELECT at, news, reason, result FROM reports WHERE message = ?1 ORDER BY number";
const STATES: [&str; 6] = ["queued", "claimed", "sent", "delivered", "suppressed", "dead"];
/// Characters of a text that stand for it in lists.
const TITLE: usize = 80;
/// What stands for a text that this version cannot read.
const UNREADABLE: &str = "(unreadable)";

/// Lists messages, newest first.
pub(in crate::sqlite) fn list(
    connection: &Connection,
    filter: MessageFilter,
) -> Result<Vec<MessageView>, Failure> {
    one_of("state", filter.state.as_deref(), &STATES)?;
    // The case comes first: its condition uses its value twice, by number.
    let (sql, values) = Query::new()
        .with(OF_CASE, filter.sr_uuid)
        .with("m.channel = ?", filter.channel)
        .with("m.state = ?", filter.state)
        .build(COLUMNS, "m.seq DESC", filter.limit);
    let rows = read(connection, &sql, params_from_iter(values))?;
    Ok(rows.into_iter().map(|row| row.view(Detail::Line, History::default())).collect())
}

/// Reads one message with its attempts and its text.
pub(in crate::sqlite) fn show(connection: &Connection, id: Uuid) -> Result<MessageView, Failure> {
    let sql = format!("{COLUMNS} WHERE m.id = ?1");
    let row = connection.prepare_cached(&sql)?.query_row([id], columns).optional()?;
    let row = row.ok_or_else(|| StoreError::NotFound { what: "message", id: id.to_string() })?;
    let history = history(connection, row.seq)?;
    Ok(row.view(Detail::Whole, history))
}

/// Lists all messages of a case with their attempts, oldest first.
pub(super) fn of_case(connection: &Connection, sr_uuid: &str) -> Result<Vec<MessageView>, Failure> {
    let sql = format!("{COLUMNS} WHERE {OF_CASE} ORDER BY m.seq");
    let rows = read(connection, &sql, [sr_uuid])?;
    rows.into_iter()
        .map(|row| {
            let history = history(connection, row.seq)?;
            Ok(row.view(Detail::Line, history))
        })
        .collect()
}

fn read(
    connection: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<MessageRow>, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(values, columns)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What has become of a message so far.
#[derive(Default)]
struct History {
    attempts: Vec<AttemptView>,
    reports: Vec<ReportView>,
}

fn history(connection: &Connection, message: i64) -> Result<History, Failure> {
    Ok(History { attempts: attempts(connection, message)?, reports: reports(connection, message)? })
}

fn reports(connection: &Connection, message: i64) -> Result<Vec<ReportView>, Failure> {
    let mut statement = connection.prepare_cached(REPORTS)?;
    let rows = statement.query_map([message], |row| {
        Ok(ReportView { at: time(row.get(0)?), news: row.get(1)?, reason: row.get(2)?, result: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn attempts(connection: &Connection, message: i64) -> Result<Vec<AttemptView>, Failure> {
    let mut statement = connection.prepare_cached(ATTEMPTS)?;
    let rows = statement.query_map([message], |row| {
        let ended_at = row.get::<_, Option<i64>>(1)?.map(time);
        Ok(AttemptView { at: time(row.get(0)?), ended_at, outcome: row.get(2)?, reason: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A message, before its text is decoded.
struct MessageRow {
    seq: i64,
    view: MessageView,
    body: Option<Vec<u8>>,
}

/// How much of the text a view holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// Its title.
    Line,
    /// All of it.
    Whole,
}

impl MessageRow {
    /// The message as people see it. One that cannot be read says so instead of hiding all others of a list.
    fn view(self, detail: Detail, History { attempts, reports }: History) -> MessageView {
        let mut view = MessageView { attempts, reports, ..self.view };
        let Some(body) = self.body else { return view };
        let Ok(message) = decode::<Message>("message", &body) else {
            view.title = UNREADABLE.to_owned();
            return view;
        };
        view.to = message.to.to_string();
        view.title = title(&message.body);
        view.body = serde_json::to_value(&message.body).ok().filter(|_| detail == Detail::Whole);
        view.locale = Some(message.locale);
        view
    }
}

fn columns(row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    let state: String = row.get(8)?;
    let waits = state == "queued";
    let view = MessageView {
        id: row.get(1)?,
        draft: row.get(2)?,
        event: row.get(3)?,
        sr_uuid: row.get(4)?,
        rule: row.get(5)?,
        channel: row.get(6)?,
        template: row.get(7)?,
        to: String::new(),
        locale: None,
        title: String::new(),
        state,
        code: row.get(9)?,
        reason: row.get(10)?,
        made_at: time(row.get(11)?),
        due_at: Some(time(row.get(12)?)).filter(|_| waits),
        ended_at: row.get::<_, Option<i64>>(13)?.map(time),
        tries: row.get(14)?,
        provider_id: row.get(15)?,
        segments: row.get(16)?,
        attempts: Vec::new(),
        reports: Vec::new(),
        body: None,
    };
    Ok(MessageRow { seq: row.get(0)?, view, body: row.get(17)? })
}

/// What stands for a text in lists: the subject, the header, or the beginning.
fn title(body: &Body) -> String {
    match body {
        Body::Email(email) => email.subject.clone(),
        Body::Chat(chat) => beginning(&chat.header.clone().unwrap_or_else(|| chat.plain_text())),
        Body::Text(text) => beginning(text),
    }
}

fn beginning(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let mut title: String = line.chars().take(TITLE).collect();
    if line.chars().nth(TITLE).is_some() {
        title.push('…');
    }
    title
}

#[cfg(test)]
mod tests {
    use proofbell_notify::{Block, Chat, Email, Span};

    use super::*;

    #[test]
    fn a_title_is_the_subject_the_header_or_the_beginning() {
        let chat = |header: Option<&str>| {
            let body = vec![Block::Paragraph(vec![Span::Text("First".into()), Span::Break])];
            Body::Chat(Chat { header: header.map(str::to_owned), body, ..Chat::default() })
        };
        let email = Email { subject: "Please retake".into(), html: String::new(), text: String::new() };
        let table = [
            (Body::Email(email), "Please retake".to_owned()),
            (chat(Some("Counterfeit")), "Counterfeit".to_owned()),
            (chat(None), "First".to_owned()),
            (Body::Text("\n  one line\ntwo".into()), "one line".to_owned()),
            (Body::Text("写".repeat(100)), format!("{}…", "写".repeat(80))),
            (Body::Text(String::new()), String::new()),
        ];
        for (body, expected) in table {
            assert_eq!(title(&body), expected);
        }
    }
}

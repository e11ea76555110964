//! Tests that what the pipeline asks all day long is answered out of indexes.

use rusqlite::{Connection, params_from_iter};

use super::views::{messages, stats};
use super::{accept, claims, drafts, fallbacks, key, planning, purge, reports, schema, threads, young};

/// Each query, and how its outermost table is read.
const QUERIES: [(&str, &str); 22] = [
    (planning::UNPLANNED, "SCAN e USING INDEX events_unplanned"),
    (planning::STORED, "SEARCH e USING INDEX sqlite_autoindex_events_1 (id=?)"),
    (accept::KNOWN, "COMPOUND QUERY"),
    (young::WAITING, "SCAN events USING INDEX events_unplanned"),
    (drafts::DUE, "SEARCH d USING INDEX drafts_due (audience=? AND due_at<?)"),
    (fallbacks::DUE, "SEARCH drafts USING INDEX drafts_look (look_at>? AND look_at<?)"),
    (fallbacks::NEXT, "SEARCH drafts USING COVERING INDEX drafts_look (look_at>?)"),
    (fallbacks::REACHES, "SEARCH reaches USING INDEX sqlite_autoindex_reaches_1 (draft=?)"),
    (fallbacks::MESSAGES, "SEARCH m USING INDEX messages_of_draft (draft=?)"),
    (claims::DUE, "SEARCH m USING INDEX messages_due (channel=? AND due_at<?)"),
    (claims::EXPIRED, "SEARCH m USING INDEX messages_expiring (channel=? AND expires_at<?)"),
    (claims::ORPHANS, "SCAN m USING INDEX messages_claimed"),
    (claims::NEXT_DUE, "SEARCH messages USING COVERING INDEX messages_due (channel=?)"),
    (claims::NEXT_EXPIRING, "SEARCH messages USING COVERING INDEX messages_expiring (channel=?)"),
    (threads::UNDER_WAY, "SEARCH messages USING INDEX messages_claimed (channel=?)"),
    (reports::FIND, "SEARCH messages USING INDEX sqlite_autoindex_messages_1 (id=?)"),
    (purge::WITH_BODY, "SEARCH b USING INTEGER PRIMARY KEY (rowid>?)"),
    (purge::ALL, "SEARCH e USING INTEGER PRIMARY KEY (rowid>?)"),
    (purge::WAITING_CASES, "SCAN events USING INDEX events_unplanned"),
    (stats::UNPLANNED, "SCAN events USING COVERING INDEX events_unplanned"),
    (stats::QUEUED, "SCAN messages USING COVERING INDEX messages_due"),
    (stats::CLAIMED, "SCAN messages USING COVERING INDEX messages_claimed"),
];

#[test]
fn queues_are_ranges_of_indexes() {
    let connection = migrated();
    for (sql, expected) in QUERIES {
        let plan = plan(&connection, sql);
        assert_eq!(plan[0], expected, "{sql}\n{plan:#?}");
        for step in &plan {
            let whole = step.starts_with("SCAN") && !step.contains("INDEX") && !step.contains("CONSTANT");
            assert!(!whole, "a whole table is read: {step}\n{sql}");
            let few = sql == claims::ORPHANS || sql == fallbacks::REACHES;
            let sorts = step.contains("TEMP B-TREE") && !few;
            assert!(!sorts, "rows are sorted: {step}\n{sql}");
        }
    }
}

#[test]
fn audiences_are_stepped_through() {
    let connection = migrated();
    let plan = plan(&connection, drafts::AUDIENCES);
    let steps = plan.iter().filter(|step| step.contains("COVERING INDEX drafts_due")).count();
    assert_eq!(steps, 3, "{plan:#?}");
}

#[test]
fn events_of_a_case_are_found_by_it_or_among_those_that_wait() {
    let connection = migrated();
    let plan =
        plan(&connection, "SELECT seq FROM events_by_case WHERE case_key = narrow(?1) AND sr_uuid = ?1");
    let steps: Vec<&String> = plan.iter().filter(|step| step.contains("events")).collect();
    let wanted =
        ["SEARCH events USING INDEX events_of_case (case_key=?)", "SCAN events USING INDEX events_unplanned"];
    assert_eq!(steps, wanted, "{plan:#?}");
}

#[test]
fn messages_of_a_case_are_found_by_its_drafts() {
    let plan = plan(&migrated(), &format!("SELECT m.seq FROM messages m WHERE {}", messages::OF_CASE));
    let scans: Vec<&String> = plan.iter().filter(|step| step.starts_with("SCAN")).collect();
    assert_eq!(scans, ["SCAN events USING INDEX events_unplanned"], "{plan:#?}");
}

fn migrated() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    key::install(&connection).unwrap();
    schema::migrate(&mut connection).unwrap();
    connection
}

fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let values = vec![0_i64; statement.parameter_count()];
    let rows = statement.query_map(params_from_iter(values), |row| row.get(3)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

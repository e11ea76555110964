//! The schema and its versions.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

/// One script a version, in order. A script that was released is never changed: changes come as a further script.
const MIGRATIONS: &[&str] = &[
    include_str!("sql/0001_spine.sql"),
    include_str!("sql/0002_young.sql"),
    include_str!("sql/0003_reports.sql"),
];

/// What `PRAGMA application_id` says of our databases: `Prfb`.
const APPLICATION_ID: i32 = 0x5072_6662;

/// Why a database's schema cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// A newer version wrote it.
    #[error(
        "the store has schema {found}, but this version knows only up to {known}: run the newer version again, or restore a backup"
    )]
    Newer {
        /// The database's schema.
        found: usize,
        /// The newest that this version knows.
        known: usize,
    },
    /// An older version wrote it, and it was opened for reading only.
    #[error(
        "the store has schema {found} and this version wants {known}: start `proofbell serve` once, which brings it up to date"
    )]
    Older {
        /// The database's schema.
        found: usize,
        /// The one that is wanted.
        known: usize,
    },
    /// The file holds something else.
    #[error("the file is a database of another application")]
    Foreign,
    /// A row refers to one that is not there, so that its tables cannot be made anew.
    #[error(
        "a row of `{table}` refers to one that is not there, so the store cannot be brought up to date: restore a backup"
    )]
    Dangling {
        /// The table of the row.
        table: String,
    },
    /// The database itself failed.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// Brings a database up to the newest schema.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), SchemaError> {
    migrate_with(connection, MIGRATIONS)
}

/// Checks that a database has exactly the newest schema, for a connection that may not change it.
pub(super) fn check(connection: &Connection) -> Result<(), SchemaError> {
    let (found, known) = (version(connection, MIGRATIONS.len())?, MIGRATIONS.len());
    match found < known {
        true => Err(SchemaError::Older { found, known }),
        false => Ok(()),
    }
}

fn migrate_with(connection: &mut Connection, migrations: &[&str]) -> Result<(), SchemaError> {
    // A script may replace a table that others refer to; it cannot be told within a transaction, and the check makes up for it.
    connection.pragma_update(None, "foreign_keys", false)?;
    let migrated = migrate_unchecked(connection, migrations);
    connection.pragma_update(None, "foreign_keys", true)?;
    migrated
}

fn migrate_unchecked(connection: &mut Connection, migrations: &[&str]) -> Result<(), SchemaError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction, migrations.len())?;
    for script in migrations.iter().skip(found) {
        transaction.execute_batch(script)?;
    }
    if found < migrations.len()
        && let Some(table) = transaction
            .prepare("PRAGMA foreign_key_check")?
            .query_row([], |row| row.get::<_, String>(0))
            .optional()?
    {
        return Err(SchemaError::Dangling { table });
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", i64::try_from(migrations.len()).unwrap_or(i64::MAX))?;
    transaction.commit()?;
    Ok(())
}

/// The database's version: 0 for an empty one.
fn version(connection: &Connection, known: usize) -> Result<usize, SchemaError> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let application = number("application_id")?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != i64::from(APPLICATION_ID) && (application != 0 || tables > 0) {
        return Err(SchemaError::Foreign);
    }
    let found = usize::try_from(number("user_version")?).map_err(|_| SchemaError::Foreign)?;
    match found > known {
        true => Err(SchemaError::Newer { found, known }),
        false => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE a (x INTEGER) STRICT";
    const SECOND: &str = "ALTER TABLE a ADD COLUMN y INTEGER";
    const BROKEN: &str = "CREATE TABLE b (x INTEGER) STRICT; CREATE TABLE a (x INTEGER) STRICT";

    fn columns(connection: &Connection) -> i64 {
        connection.query_row("SELECT count(*) FROM pragma_table_info('a')", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn an_older_store_is_brought_up_to_date_and_keeps_what_it_holds() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_with(&mut connection, &[FIRST]).unwrap();
        connection.execute("INSERT INTO a (x) VALUES (7)", []).unwrap();
        migrate_with(&mut connection, &[FIRST, SECOND]).unwrap();
        assert_eq!(columns(&connection), 2);
        let kept: i64 =
            connection.query_row("SELECT x FROM a WHERE y IS NULL", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, 7);
        migrate_with(&mut connection, &[FIRST, SECOND]).unwrap();
    }

    #[test]
    fn a_newer_store_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_with(&mut connection, &[FIRST, SECOND]).unwrap();
        let error = migrate_with(&mut connection, &[FIRST]).unwrap_err();
        assert!(matches!(error, SchemaError::Newer { found: 2, known: 1 }), "{error}");
    }

    #[test]
    fn a_migration_that_fails_leaves_the_store_as_it_was() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_with(&mut connection, &[FIRST]).unwrap();
        migrate_with(&mut connection, &[FIRST, BROKEN]).unwrap_err();
        assert_eq!(version(&connection, 2).unwrap(), 1);
        let table = "SELECT count(*) FROM sqlite_schema WHERE name = 'b'";
        assert_eq!(connection.query_row(table, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    }

    #[test]
    fn a_database_of_something_else_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert!(matches!(migrate_with(&mut connection, &[FIRST]), Err(SchemaError::Foreign)));
    }

    #[test]
    fn reading_only_asks_for_the_newest_schema() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert!(matches!(check(&connection), Err(SchemaError::Older { found: 0, .. })));
        crate::sqlite::key::install(&connection).unwrap();
        migrate(&mut connection).unwrap();
        check(&connection).unwrap();
    }

    /// A store of the first version, with an event that was planned, its case and a message.
    const OLD: &str = "
        INSERT INTO events (seq, id, source, message_id, body_hash, received_at, status, sr_uuid)
            VALUES (7, x'01', 'legitmark', 'msg_1', x'aa', 5, 'planned', 'sr');
        INSERT INTO event_bodies VALUES (7, x'', x'7b7d');
        INSERT INTO delivery_keys VALUES (x'626c656769746d61726b00aa', 7);
        INSERT INTO cases (sr_uuid, version, updated_at, body) VALUES ('sr', 3, 5, x'7b7d');
        INSERT INTO drafts (seq, id, event, rule, audience, state, woken) VALUES (8, x'02', 7, 'r', 'a', 'addressed', 1);
        INSERT INTO messages (id, draft, channel, event_name, event_at, rule, template, send_stale, made_at, due_at,
            expires_at, state, provider_id) VALUES (x'03', 8, 'c', 'e', '', 'r', 't', 0, 1, 2, 3, 'sent', 'SM1');";

    #[test]
    fn a_store_of_the_first_version_is_brought_up_to_date() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::sqlite::key::install(&connection).unwrap();
        migrate_with(&mut connection, &MIGRATIONS[..1]).unwrap();
        connection.execute_batch(OLD).unwrap();
        migrate(&mut connection).unwrap();

        let body = crate::sqlite::key::Key::of_body("legitmark", &[0xaa]);
        let text =
            |sql: &str, value: &[u8]| connection.query_row(sql, [value], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(text("SELECT event FROM delivery_keys WHERE key = ?1", body.narrow()), 7);
        let case = crate::sqlite::key::case_key("sr");
        assert_eq!(text("SELECT version FROM cases WHERE key = ?1", &case), 3);
        assert_eq!(text("SELECT seq FROM events_by_case WHERE case_key = ?1", &case), 7);
        let sent = "SELECT d.woken FROM messages m JOIN drafts d ON d.seq = m.draft JOIN events e ON e.seq = d.event \
            WHERE m.provider_id = 'SM1' AND m.state = 'sent' AND m.id = ?1";
        assert_eq!(text(sent, &[3]), 1);
        let enforced: bool = connection.query_row("PRAGMA foreign_keys", [], |row| row.get(0)).unwrap();
        assert!(enforced);
    }

    #[test]
    fn a_store_with_dangling_rows_is_left_as_it_was() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::sqlite::key::install(&connection).unwrap();
        migrate_with(&mut connection, &MIGRATIONS[..1]).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        connection.execute_batch("INSERT INTO event_bodies VALUES (7, x'', x'7b7d')").unwrap();
        let refused = migrate(&mut connection).unwrap_err();
        assert!(matches!(&refused, SchemaError::Dangling { table } if table == "event_bodies"), "{refused}");
        assert_eq!(version(&connection, 2).unwrap(), 1);
    }
}

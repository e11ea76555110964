-- Events come in at the ends of their tables alone: what may lie anywhere in its tree is written when they are planned,
-- many at a time. That is their case's index here, and their deduplication keys, which are in memory until then. Trees of
-- values that lie anywhere hold 64 bits of a hash: the narrower a tree, the more of its changes share a page.
--
-- A list of words (`IN`) in a check makes SQLite build a tree for each row that it checks; words beside each other do not.

CREATE TABLE new_events (
    seq          INTEGER PRIMARY KEY,
    id           BLOB    NOT NULL UNIQUE,
    source       TEXT    NOT NULL,
    message_id   TEXT,
    body_hash    BLOB    NOT NULL,
    received_at  INTEGER NOT NULL,
    status       TEXT    NOT NULL CHECK (status = 'accepted' OR status = 'planned' OR status = 'quarantined'),
    generation   INTEGER NOT NULL DEFAULT 0,
    name         TEXT,
    event_type   TEXT,
    sr_uuid      TEXT,
    case_key     BLOB,
    reference_id TEXT,
    at           TEXT,
    problem      TEXT
) STRICT;
INSERT INTO new_events
    SELECT seq, id, source, message_id, body_hash, received_at, status, generation, name, event_type, sr_uuid,
        narrow(sr_uuid), reference_id, at, problem
    FROM events;
DROP TABLE events;
ALTER TABLE new_events RENAME TO events;
CREATE INDEX events_unplanned ON events (seq) WHERE status = 'accepted';
CREATE INDEX events_quarantined ON events (seq) WHERE status = 'quarantined';
CREATE INDEX events_of_case ON events (case_key) WHERE status <> 'accepted' AND case_key IS NOT NULL;

-- All events of a case, those that wait among them.
CREATE VIEW events_by_case AS
    SELECT case_key, sr_uuid, seq FROM events INDEXED BY events_of_case
    WHERE status <> 'accepted' AND case_key IS NOT NULL
    UNION ALL
    SELECT case_key, sr_uuid, seq FROM events INDEXED BY events_unplanned
    WHERE status = 'accepted' AND case_key IS NOT NULL;

CREATE TABLE new_keys (
    key   BLOB    NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (key, event)
) STRICT, WITHOUT ROWID;
INSERT INTO new_keys (key, event) SELECT narrow(key), event FROM delivery_keys;
DROP TABLE delivery_keys;
ALTER TABLE new_keys RENAME TO delivery_keys;

CREATE TABLE new_cases (
    seq        INTEGER PRIMARY KEY,
    key        BLOB    NOT NULL,
    sr_uuid    TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    body       BLOB    NOT NULL
) STRICT;
INSERT INTO new_cases SELECT seq, narrow(sr_uuid), sr_uuid, version, updated_at, body FROM cases;
DROP TABLE cases;
ALTER TABLE new_cases RENAME TO cases;
CREATE INDEX cases_by_key ON cases (key);

CREATE TABLE new_drafts (
    seq      INTEGER PRIMARY KEY,
    id       BLOB    NOT NULL UNIQUE,
    event    INTEGER NOT NULL REFERENCES events (seq),
    rule     TEXT    NOT NULL,
    audience TEXT    NOT NULL,
    state    TEXT    NOT NULL CHECK (
        state = 'waiting' OR state = 'addressed' OR state = 'suppressed' OR state = 'dead'
    ),
    reason   TEXT,
    tries    INTEGER NOT NULL DEFAULT 0,
    due_at   INTEGER,
    look_at  INTEGER,
    woken    INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER,
    body     BLOB
) STRICT;
INSERT INTO new_drafts SELECT * FROM drafts;
DROP TABLE drafts;
ALTER TABLE new_drafts RENAME TO drafts;
CREATE INDEX drafts_of_event ON drafts (event);
CREATE INDEX drafts_due ON drafts (audience, due_at) WHERE state = 'waiting';
CREATE INDEX drafts_look ON drafts (look_at) WHERE look_at IS NOT NULL;

CREATE TABLE new_messages (
    seq         INTEGER PRIMARY KEY,
    id          BLOB    NOT NULL UNIQUE,
    draft       INTEGER REFERENCES drafts (seq),
    reach       INTEGER,
    event       INTEGER,
    channel     TEXT    NOT NULL,
    event_name  TEXT    NOT NULL,
    event_at    TEXT    NOT NULL,
    sr_uuid     TEXT,
    rule        TEXT    NOT NULL,
    template    TEXT    NOT NULL,
    send_stale  INTEGER NOT NULL,
    made_at     INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    segments    INTEGER,
    encoding    TEXT,
    address_key BLOB,
    state       TEXT    NOT NULL CHECK (
        state = 'queued' OR state = 'claimed' OR state = 'sent' OR state = 'suppressed' OR state = 'dead'
    ),
    code        TEXT,
    reason      TEXT,
    ended_at    INTEGER,
    tries       INTEGER NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    epoch       INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER,
    provider_id TEXT
) STRICT;
INSERT INTO new_messages SELECT * FROM messages;
DROP TABLE messages;
ALTER TABLE new_messages RENAME TO messages;
CREATE INDEX messages_due ON messages (channel, due_at) WHERE state = 'queued';
CREATE INDEX messages_expiring ON messages (channel, expires_at) WHERE state = 'queued';
CREATE INDEX messages_claimed ON messages (channel, lease_until) WHERE state = 'claimed';
CREATE INDEX messages_of_draft ON messages (draft) WHERE draft IS NOT NULL;
CREATE INDEX messages_of_no_draft ON messages (sr_uuid) WHERE draft IS NULL;

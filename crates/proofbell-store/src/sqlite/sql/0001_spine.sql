-- Everything the store keeps. Rows are found by `seq`, which grows with time, so that new rows go to the end of each
-- tree; ids from outside are unique beside it. What changes often is narrow; what is large lies in tables of its own and
-- is written once. Queues are partial indexes that hold only what waits.
--
-- Times by our own clock are whole nanoseconds since 1970. `at` and `event_at` come from payloads, may lie anywhere, and
-- are RFC 3339 text.

CREATE TABLE events (
    seq          INTEGER PRIMARY KEY,
    id           BLOB    NOT NULL UNIQUE,
    source       TEXT    NOT NULL,
    message_id   TEXT,
    body_hash    BLOB    NOT NULL,
    received_at  INTEGER NOT NULL,
    status       TEXT    NOT NULL CHECK (status IN ('accepted', 'planned', 'quarantined')),
    generation   INTEGER NOT NULL DEFAULT 0,
    name         TEXT,
    event_type   TEXT,
    sr_uuid      TEXT,
    reference_id TEXT,
    at           TEXT,
    problem      TEXT
) STRICT;
CREATE INDEX events_unplanned ON events (seq) WHERE status = 'accepted';
CREATE INDEX events_quarantined ON events (seq) WHERE status = 'quarantined';
CREATE INDEX events_of_case ON events (sr_uuid) WHERE sr_uuid IS NOT NULL;

-- Gone after `keep`.
CREATE TABLE event_bodies (
    event   INTEGER PRIMARY KEY REFERENCES events (seq),
    headers BLOB    NOT NULL,
    body    BLOB    NOT NULL
) STRICT;

-- What tells a delivery from one seen before: its message id and the hash of its body, each with its source.
CREATE TABLE delivery_keys (
    key   BLOB    PRIMARY KEY,
    event INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cases (
    seq        INTEGER PRIMARY KEY,
    sr_uuid    TEXT    NOT NULL UNIQUE,
    version    INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    body       BLOB    NOT NULL
) STRICT;

CREATE TABLE decisions (
    event      INTEGER NOT NULL REFERENCES events (seq),
    generation INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    body       BLOB    NOT NULL,
    PRIMARY KEY (event, generation)
) STRICT, WITHOUT ROWID;

-- `due_at` is when to address a waiting draft, `look_at` when to look at an addressed one again. `woken` says that a
-- message of it ended unsent since the last look.
CREATE TABLE drafts (
    seq      INTEGER PRIMARY KEY,
    id       BLOB    NOT NULL UNIQUE,
    event    INTEGER NOT NULL REFERENCES events (seq),
    rule     TEXT    NOT NULL,
    audience TEXT    NOT NULL,
    state    TEXT    NOT NULL CHECK (state IN ('waiting', 'addressed', 'suppressed', 'dead')),
    reason   TEXT,
    tries    INTEGER NOT NULL DEFAULT 0,
    due_at   INTEGER,
    look_at  INTEGER,
    woken    INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER,
    body     BLOB
) STRICT;
CREATE INDEX drafts_of_event ON drafts (event);
CREATE INDEX drafts_due ON drafts (audience, due_at) WHERE state = 'waiting';
CREATE INDEX drafts_look ON drafts (look_at) WHERE look_at IS NOT NULL;

-- The recipients of addressed drafts, as the directory knew them. Gone after `keep`.
CREATE TABLE reaches (
    seq       INTEGER PRIMARY KEY,
    draft     INTEGER NOT NULL REFERENCES drafts (seq),
    key       TEXT    NOT NULL,
    next_else INTEGER NOT NULL,
    recipient BLOB    NOT NULL,
    UNIQUE (draft, key)
) STRICT;

-- `reach` is null where the channel is its own address. `epoch` grows with each claim and each taking over, `attempts`
-- counts rows of that table, `tries` those that count on the schedule.
CREATE TABLE messages (
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
    state       TEXT    NOT NULL CHECK (state IN ('queued', 'claimed', 'sent', 'suppressed', 'dead')),
    code        TEXT,
    reason      TEXT,
    ended_at    INTEGER,
    tries       INTEGER NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    epoch       INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER,
    provider_id TEXT
) STRICT;
CREATE INDEX messages_due ON messages (channel, due_at) WHERE state = 'queued';
CREATE INDEX messages_expiring ON messages (channel, expires_at) WHERE state = 'queued';
CREATE INDEX messages_claimed ON messages (channel, lease_until) WHERE state = 'claimed';
CREATE INDEX messages_of_draft ON messages (draft) WHERE draft IS NOT NULL;
CREATE INDEX messages_of_no_draft ON messages (sr_uuid) WHERE draft IS NULL;

-- Gone after `keep`.
CREATE TABLE message_bodies (
    message INTEGER PRIMARY KEY REFERENCES messages (seq),
    body    BLOB    NOT NULL
) STRICT;

CREATE TABLE attempts (
    message  INTEGER NOT NULL REFERENCES messages (seq),
    number   INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    ended_at INTEGER,
    outcome  TEXT,
    reason   TEXT,
    PRIMARY KEY (message, number)
) STRICT, WITHOUT ROWID;

-- What is remembered of an address on a channel. The key is a hash: the address itself is kept nowhere but in messages.
CREATE TABLE suppressions (
    key    BLOB    PRIMARY KEY,
    kind   TEXT    NOT NULL CHECK (kind IN ('bad_address', 'opted_out')),
    reason TEXT    NOT NULL,
    since  INTEGER NOT NULL,
    until  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE pauses (
    channel TEXT    PRIMARY KEY,
    since   INTEGER NOT NULL,
    paused_by TEXT  NOT NULL CHECK (paused_by IN ('operator', 'provider')),
    reason  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

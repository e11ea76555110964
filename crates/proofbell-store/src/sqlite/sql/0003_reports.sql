-- What providers tell later: messages can be delivered, and keep what was told of them. Messages of one case that answer each
-- other share a `thread_key`. `retried_after` is how many attempts had been
-- made when a person last tried it again: what is told then may be about those.

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
    thread_key  BLOB,
    state       TEXT    NOT NULL CHECK (
        state = 'queued' OR state = 'claimed' OR state = 'sent' OR state = 'delivered' OR state = 'suppressed'
        OR state = 'dead'
    ),
    code        TEXT,
    reason      TEXT,
    ended_at    INTEGER,
    tries       INTEGER NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    retried_after  INTEGER NOT NULL DEFAULT 0,
    epoch       INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER,
    provider_id TEXT
) STRICT;
INSERT INTO new_messages
    SELECT seq, id, draft, reach, event, channel, event_name, event_at, sr_uuid, rule, template, send_stale, made_at,
        due_at, expires_at, segments, encoding, address_key, NULL, state, code, reason, ended_at, tries, attempts, 0,
        epoch, lease_until, provider_id
    FROM messages;
DROP TABLE messages;
ALTER TABLE new_messages RENAME TO messages;
CREATE INDEX messages_due ON messages (channel, due_at) WHERE state = 'queued';
CREATE INDEX messages_expiring ON messages (channel, expires_at) WHERE state = 'queued';
CREATE INDEX messages_claimed ON messages (channel, lease_until) WHERE state = 'claimed';
CREATE INDEX messages_of_draft ON messages (draft) WHERE draft IS NOT NULL;
CREATE INDEX messages_of_no_draft ON messages (sr_uuid) WHERE draft IS NULL;

-- What a provider told of a message after an attempt had ended, and whether it changed anything.
CREATE TABLE reports (
    message INTEGER NOT NULL REFERENCES messages (seq),
    number  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    news    TEXT    NOT NULL,
    reason  TEXT,
    result  TEXT    NOT NULL,
    PRIMARY KEY (message, number)
) STRICT, WITHOUT ROWID;

-- The provider's id of the message that began a thread. The key is a hash of channel, address and case.
CREATE TABLE threads (
    key   BLOB    PRIMARY KEY,
    first TEXT    NOT NULL,
    at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Events come in at the ends of their tables alone: what may lie anywhere in its tree is written when they are planned,
-- many at a time. That is their case's index here, and their deduplication keys, which are in memory until then. Trees of
-- values that lie anywhere hold 64 bits of a hash: the narrower a tree, the more of its changes share a page.

ALTER TABLE events ADD COLUMN case_key BLOB;
UPDATE events SET case_key = narrow(sr_uuid) WHERE sr_uuid IS NOT NULL;
DROP INDEX events_of_case;
CREATE INDEX events_of_case ON events (case_key) WHERE status <> 'accepted' AND case_key IS NOT NULL;

-- All events of a case, those that wait among them.
CREATE VIEW events_by_case AS
    SELECT case_key, sr_uuid, seq FROM events INDEXED BY events_of_case
    WHERE status <> 'accepted' AND case_key IS NOT NULL
    UNION ALL
    SELECT case_key, sr_uuid, seq FROM events INDEXED BY events_unplanned
    WHERE status = 'accepted' AND case_key IS NOT NULL;

CREATE TABLE narrow_keys (
    key   BLOB    NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (key, event)
) STRICT, WITHOUT ROWID;
INSERT INTO narrow_keys (key, event) SELECT narrow(key), event FROM delivery_keys;
DROP TABLE delivery_keys;
ALTER TABLE narrow_keys RENAME TO delivery_keys;

CREATE TABLE keyed_cases (
    seq        INTEGER PRIMARY KEY,
    key        BLOB    NOT NULL,
    sr_uuid    TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    body       BLOB    NOT NULL
) STRICT;
INSERT INTO keyed_cases SELECT seq, narrow(sr_uuid), sr_uuid, version, updated_at, body FROM cases;
DROP TABLE cases;
ALTER TABLE keyed_cases RENAME TO cases;
CREATE INDEX cases_by_key ON cases (key);

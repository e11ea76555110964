-- Events come in at the ends of their tables alone: what may lie anywhere in its tree is written when they are planned,
-- many at a time. That is their case's index here, and their deduplication keys, which are in memory until then.

DROP INDEX events_of_case;
CREATE INDEX events_of_case ON events (sr_uuid) WHERE status <> 'accepted' AND sr_uuid IS NOT NULL;

-- All events of a case, those that wait among them.
CREATE VIEW events_by_case AS
    SELECT sr_uuid, seq FROM events INDEXED BY events_of_case WHERE status <> 'accepted' AND sr_uuid IS NOT NULL
    UNION ALL
    SELECT sr_uuid, seq FROM events INDEXED BY events_unplanned WHERE status = 'accepted' AND sr_uuid IS NOT NULL;

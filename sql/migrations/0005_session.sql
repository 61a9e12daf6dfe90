-- The numbers of the sessions that ingest processes have at the broker: a shared subscription goes on filling the
-- session of a process that is gone, so the others must know of it to empty it.
CREATE TABLE ingest_session (
    number integer PRIMARY KEY
);
GRANT SELECT, INSERT, DELETE ON ingest_session TO hotgrid_app;

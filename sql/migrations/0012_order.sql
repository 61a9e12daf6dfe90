-- Readings come minute by minute and are asked for station by station: a day that is over is put into the order of its
-- key, once. That needs the owner, and the chunk for itself while it lasts; whoever reads it just then waits.
CREATE FUNCTION order_chunk(before timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
    chunk regclass;
    key text;
BEGIN
    SELECT c.oid::regclass, i.indexrelid::regclass::text INTO chunk, key
    FROM timescaledb_information.chunks AS t
    JOIN pg_class AS c ON c.oid = format('%I.%I', t.chunk_schema, t.chunk_name)::regclass
    JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary AND NOT i.indisclustered
    WHERE t.hypertable_name IN ('station_reading', 'monitor_reading')
        AND t.range_end < least(before, now() - INTERVAL '1 day')
    ORDER BY t.range_start
    LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    EXECUTE format('CLUSTER %s USING %I', chunk, (SELECT relname FROM pg_class WHERE oid = key::regclass));
    RETURN chunk::text;
END
$$;
REVOKE ALL ON FUNCTION order_chunk FROM PUBLIC;
GRANT EXECUTE ON FUNCTION order_chunk TO hotgrid_app;

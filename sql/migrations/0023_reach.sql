-- What belongs to an enterprise is seen by who reaches it: a second wall behind that of the service.

-- TimescaleDB compresses no table that has row security; what an operator had compressed before, he opens first.
DO $$
DECLARE
    what text;
BEGIN
    FOR what IN
        SELECT hypertable_name FROM timescaledb_information.hypertables
        WHERE compression_enabled AND hypertable_name IN ('monitor_reading', 'hour_mean', 'day_mean', 'quality_flag')
    LOOP
        RAISE EXCEPTION '% is compressed, and row security and compression exclude each other', what USING HINT = format(
            'SELECT remove_compression_policy(%L); SELECT decompress_chunk(c, true) FROM show_chunks(%L) AS c; '
            'ALTER TABLE %I SET (timescaledb.compress = false); then run `hotgrid migrate` again', what, what, what);
    END LOOP;
END
$$;

-- By the enterprise that is named. Whom the authorities name is in the registry that they keep: they see what they
-- reach; an enterprise sees itself.
ALTER TABLE enterprise ENABLE ROW LEVEL SECURITY;
CREATE POLICY enterprise_app ON enterprise TO hotgrid_app
    USING ((SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY enterprise_enterprise ON enterprise TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]));
GRANT SELECT ON enterprise TO hotgrid_enterprise;

ALTER TABLE monitor ENABLE ROW LEVEL SECURITY;
CREATE POLICY monitor_app ON monitor TO hotgrid_app
    USING ((SELECT reaches_all()) OR enterprise_id = ANY ((SELECT reached())::text[]));
CREATE POLICY monitor_enterprise ON monitor TO hotgrid_enterprise
    USING (enterprise_id = ANY ((SELECT reached())::text[]));
-- What its logger signs in with is in the logger and in the registry; nobody reads it here.
GRANT SELECT (device, enterprise_id, outlet, lon, lat) ON monitor TO hotgrid_enterprise;
CREATE INDEX monitor_of_enterprise ON monitor (enterprise_id);

-- What was found of an alert is the authorities' own; whom it names is seen by who reaches him.
ALTER TABLE finding ENABLE ROW LEVEL SECURITY;
CREATE POLICY finding_app ON finding TO hotgrid_app USING (
    (SELECT reaches_all()) OR enterprise_id IS NULL OR enterprise_id = ANY ((SELECT reached())::text[]));

-- By the device: stations are nobody's, and for all the authorities.
ALTER TABLE device ENABLE ROW LEVEL SECURITY;
CREATE POLICY device_app ON device TO hotgrid_app
    USING ((SELECT reaches_all()) OR device NOT IN (SELECT hidden_devices()));
CREATE POLICY device_enterprise ON device TO hotgrid_enterprise USING (device IN (SELECT reached_devices()));

ALTER TABLE monitor_channel ENABLE ROW LEVEL SECURITY;
CREATE POLICY monitor_channel_app ON monitor_channel TO hotgrid_app
    USING ((SELECT reaches_all()) OR device NOT IN (SELECT hidden_devices()));
CREATE POLICY monitor_channel_enterprise ON monitor_channel TO hotgrid_enterprise
    USING (device IN (SELECT reached_devices()));

ALTER TABLE monitor_latest ENABLE ROW LEVEL SECURITY;
CREATE POLICY monitor_latest_app ON monitor_latest TO hotgrid_app
    USING ((SELECT reaches_all()) OR device NOT IN (SELECT hidden_devices()));
CREATE POLICY monitor_latest_enterprise ON monitor_latest TO hotgrid_enterprise
    USING (device IN (SELECT reached_devices()));

ALTER TABLE monitor_reading ENABLE ROW LEVEL SECURITY;
CREATE POLICY monitor_reading_app ON monitor_reading TO hotgrid_app
    USING ((SELECT reaches_all()) OR device NOT IN (SELECT hidden_devices()));
CREATE POLICY monitor_reading_enterprise ON monitor_reading TO hotgrid_enterprise
    USING (device IN (SELECT reached_devices()));

ALTER TABLE hour_mean ENABLE ROW LEVEL SECURITY;
CREATE POLICY hour_mean_app ON hour_mean TO hotgrid_app
    USING ((SELECT reaches_all()) OR device NOT IN (SELECT hidden_devices()));
CREATE POLICY hour_mean_enterprise ON hour_mean TO hotgrid_enterprise
    USING (device IN (SELECT reached_devices()));

ALTER TABLE day_mean ENABLE ROW LEVEL SECURITY;
CREATE POLICY day_mean_app ON day_mean TO hotgrid_app
    USING ((SELECT reaches_all()) OR device NOT IN (SELECT hidden_devices()));
CREATE POLICY day_mean_enterprise ON day_mean TO hotgrid_enterprise
    USING (device IN (SELECT reached_devices()));

ALTER TABLE quality_flag ENABLE ROW LEVEL SECURITY;
CREATE POLICY quality_flag_app ON quality_flag TO hotgrid_app
    USING ((SELECT reaches_all()) OR device NOT IN (SELECT hidden_devices()));
CREATE POLICY quality_flag_enterprise ON quality_flag TO hotgrid_enterprise
    USING (device IN (SELECT reached_devices()));

ALTER TABLE mark ENABLE ROW LEVEL SECURITY;
CREATE POLICY mark_app ON mark TO hotgrid_app
    USING ((SELECT reaches_all()) OR device NOT IN (SELECT hidden_devices()));
CREATE POLICY mark_enterprise ON mark TO hotgrid_enterprise USING (device IN (SELECT reached_devices()));

ALTER TABLE statistic ENABLE ROW LEVEL SECURITY;
CREATE POLICY statistic_app ON statistic TO hotgrid_app
    USING ((SELECT reaches_all()) OR device NOT IN (SELECT hidden_devices()));
CREATE POLICY statistic_enterprise ON statistic TO hotgrid_enterprise
    USING (device IN (SELECT reached_devices()));

ALTER TABLE device_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY device_note_app ON device_note TO hotgrid_app
    USING ((SELECT reaches_all()) OR device NOT IN (SELECT hidden_devices()));
CREATE POLICY device_note_enterprise ON device_note TO hotgrid_enterprise
    USING (device IN (SELECT reached_devices()));

ALTER TABLE facility ENABLE ROW LEVEL SECURITY;
CREATE POLICY facility_app ON facility TO hotgrid_app
    USING ((SELECT reaches_all()) OR device NOT IN (SELECT hidden_devices()));
CREATE POLICY facility_enterprise ON facility TO hotgrid_enterprise
    USING (device IN (SELECT reached_devices()));

ALTER TABLE clock_error ENABLE ROW LEVEL SECURITY;
CREATE POLICY clock_error_app ON clock_error TO hotgrid_app
    USING ((SELECT reaches_all()) OR device NOT IN (SELECT hidden_devices()));

ALTER TABLE hj212_part ENABLE ROW LEVEL SECURITY;
CREATE POLICY hj212_part_app ON hj212_part TO hotgrid_app
    USING ((SELECT reaches_all()) OR device NOT IN (SELECT hidden_devices()));

-- A message that was refused is known by the name it came under; one of nobody is for all the authorities.
ALTER TABLE reject ENABLE ROW LEVEL SECURITY;
CREATE POLICY reject_app ON reject TO hotgrid_app USING (
    (SELECT reaches_all()) OR device_id IS NULL OR device_id IN (SELECT d.device_id FROM device AS d));

GRANT SELECT ON device, monitor_channel, monitor_latest, mark, device_note, facility TO hotgrid_enterprise;
-- A chunk has no policies, and a new one takes over what is granted on its whole table: columns are granted, so that
-- nobody gets round the policies by naming a chunk.
GRANT SELECT (device, ts, channel, value, qc) ON monitor_reading TO hotgrid_enterprise;
GRANT SELECT (device, ts, channel, mean, low, high, valid, suspect, sent, corrected, correction)
    ON hour_mean TO hotgrid_enterprise;
GRANT SELECT (device, day, channel, mean, low, high, hours, valid, suspect, sent, corrected, correction)
    ON day_mean TO hotgrid_enterprise;
GRANT SELECT (device, hour, channel, reason, from_at, to_at) ON quality_flag TO hotgrid_enterprise;
GRANT SELECT (device, ts, command, channel, low, mean, high, total, zs_low, zs_mean, zs_high, qc)
    ON statistic TO hotgrid_enterprise;
DO $$
DECLARE
    chunk regclass;
BEGIN
    FOR chunk IN
        SELECT c FROM unnest(ARRAY['monitor_reading', 'hour_mean', 'day_mean', 'quality_flag', 'statistic']) AS t,
            show_chunks(t::regclass) AS c
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM hotgrid_enterprise', chunk);
    END LOOP;
END
$$;

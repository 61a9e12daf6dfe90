-- name: under_way campaigns, those that somebody has ended left out
SELECT campaign_id, name, start_at AS start, end_at AS "end", tags, pollutants, overrides
FROM campaign AS c
WHERE tstzrange(start_at, end_at) @> :at::timestamptz
    AND NOT EXISTS (SELECT FROM campaign_end AS e WHERE e.campaign_id = c.campaign_id AND e.at <= :at)
ORDER BY start_at, campaign_id;

-- name: line_up with whoever makes one
SELECT pg_advisory_xact_lock(hashtext('campaign'));

-- name: same that the same person has made just now
SELECT campaign_id FROM campaign
WHERE (name, start_at, end_at, overrides, author) = (:name, :start, :end, :overrides::jsonb, :author)
    AND made_at > :now::timestamptz - INTERVAL '10 seconds'
LIMIT 1;

-- name: make
INSERT INTO campaign (name, start_at, end_at, tags, pollutants, overrides, author, made_at)
VALUES (:name, :start, :end, :tags, :pollutants, :overrides, :author, :now)
RETURNING campaign_id;

-- name: end a campaign before its time
INSERT INTO campaign_end (campaign_id, at, who, why)
SELECT campaign_id, :now, :who, :why FROM campaign WHERE campaign_id = :campaign_id AND end_at > :now
ON CONFLICT DO NOTHING
RETURNING campaign_id;

-- name: newest campaigns
SELECT c.campaign_id, c.name, c.start_at AS start, c.end_at AS "end", c.tags, c.pollutants, c.overrides, c.author,
    p.name AS author_name, c.made_at, e.at AS ended_at, e.who AS ended_by, e.why AS why_ended
FROM campaign AS c
LEFT JOIN campaign_end AS e USING (campaign_id)
LEFT JOIN person AS p ON p.person_id = c.author
WHERE (:campaign_id::bigint IS NULL OR campaign_id = :campaign_id)
    AND (:tag::text IS NULL OR :tag = ANY(c.tags))
    AND (:active::boolean IS NULL
        OR :active = (c.start_at <= :now AND least(c.end_at, coalesce(e.at, 'infinity')) > :now))
ORDER BY c.start_at DESC, c.campaign_id DESC
LIMIT :limit::int;

-- name: counts of the alerts that were opened within and found by one of the pollutants, drills left out
SELECT count(*) AS alerts,
    count(*) FILTER (WHERE a.status = 'open') AS open,
    count(*) FILTER (WHERE h.stage = 'closed') AS closed,
    count(*) FILTER (WHERE h.stage = 'false_alarm') AS false_alarms,
    count(*) FILTER (WHERE a.severity = 4) AS gravest,
    coalesce(sum((SELECT count(*) FROM breach AS b WHERE b.alert_id = a.alert_id)), 0)::bigint AS breaches
FROM alert AS a LEFT JOIN handling AS h USING (alert_id)
WHERE a.opened_at >= :from_at::timestamptz AND a.opened_at < :to_at::timestamptz AND a.kind <> 'drill'
    AND (:pollutants::text[] = '{}' OR a.pollutant = ANY(:pollutants));

-- name: alerts of a campaign, newest first
SELECT a.alert_id, a.opened_at, a.body::text AS body
FROM alert AS a
WHERE (a.opened_at, a.alert_id) < (coalesce(:before_at, 'infinity'::timestamptz), coalesce(:before_id::text, ''))
    AND a.opened_at >= :from_at::timestamptz AND a.opened_at < :to_at::timestamptz AND a.kind <> 'drill'
    AND (:pollutants::text[] = '{}' OR a.pollutant = ANY(:pollutants))
ORDER BY a.opened_at DESC, a.alert_id DESC
LIMIT :limit::int;

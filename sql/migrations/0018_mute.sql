-- What people want to have quiet. A mute is never changed or deleted: that it began and that somebody ended it are
-- lines of its log.
CREATE TABLE mute (
    mute_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope text NOT NULL CHECK (scope IN ('cell', 'device', 'enterprise', 'polygon')),
    place text NOT NULL,
    area jsonb CHECK ((scope = 'polygon') = (area IS NOT NULL)),
    kinds text[] NOT NULL,
    pollutants text[] NOT NULL,
    start_at timestamptz NOT NULL,
    end_at timestamptz NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    author text NOT NULL,
    planned_works boolean NOT NULL,
    alert_id text REFERENCES alert,
    made_at timestamptz NOT NULL,
    CHECK (end_at > start_at)
);
CREATE INDEX mute_end ON mute (end_at);

CREATE TABLE mute_change (
    mute_id bigint NOT NULL REFERENCES mute,
    action text NOT NULL CHECK (action IN ('made', 'begun', 'ended')),
    at timestamptz NOT NULL,
    who text NOT NULL,
    why text NOT NULL,
    PRIMARY KEY (mute_id, action)
);

-- What each mute and each regional notice kept quiet, an alert once.
CREATE TABLE mute_hit (
    mute_id bigint NOT NULL REFERENCES mute,
    alert_id text NOT NULL REFERENCES alert,
    at timestamptz NOT NULL,
    PRIMARY KEY (mute_id, alert_id)
);
CREATE INDEX mute_hit_of_alert ON mute_hit (alert_id);
CREATE TABLE regional_hit (
    regional_id text NOT NULL REFERENCES alert,
    alert_id text NOT NULL REFERENCES alert,
    at timestamptz NOT NULL,
    PRIMARY KEY (regional_id, alert_id)
);

-- The spans in which nobody was told of an alert and no clock ran; the one that is not over has no `released_at`.
-- `judged` is the number of the newest transition that the decision knew.
CREATE TABLE alert_hold (
    hold_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id text NOT NULL REFERENCES alert,
    from_at timestamptz NOT NULL,
    until timestamptz,
    mute_id bigint REFERENCES mute,
    regional_id text REFERENCES alert,
    judged bigint NOT NULL,
    released_at timestamptz,
    outcome text CHECK (outcome IN ('told', 'over')),
    CHECK ((mute_id IS NULL) <> (regional_id IS NULL)),
    CHECK ((released_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX alert_hold_of_alert ON alert_hold (alert_id, from_at);
CREATE UNIQUE INDEX alert_hold_one ON alert_hold (alert_id) WHERE released_at IS NULL;

-- Campaigns (首季争优, 臭氧攻坚 …): dated profiles. `overrides` is a part of the policy that holds meanwhile.
CREATE TABLE campaign (
    campaign_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    start_at timestamptz NOT NULL,
    end_at timestamptz NOT NULL,
    tags text[] NOT NULL,
    pollutants text[] NOT NULL,
    overrides jsonb NOT NULL,
    author text NOT NULL,
    made_at timestamptz NOT NULL,
    CHECK (end_at > start_at)
);
CREATE INDEX campaign_span ON campaign USING gist (tstzrange(start_at, end_at));
CREATE TABLE campaign_end (
    campaign_id bigint PRIMARY KEY REFERENCES campaign,
    at timestamptz NOT NULL,
    who text NOT NULL,
    why text NOT NULL
);

-- Recurrence: the alerts of an enterprise, by the first candidate and by what was found.
CREATE INDEX alert_first_candidate ON alert ((body #>> '{candidates,0,enterprise_id}'), opened_at DESC)
    WHERE body #>> '{candidates,0,enterprise_id}' IS NOT NULL;
CREATE INDEX finding_enterprise ON finding (enterprise_id) WHERE enterprise_id IS NOT NULL;

GRANT SELECT, INSERT ON mute, mute_change, mute_hit, regional_hit, campaign, campaign_end TO hotgrid_app;
GRANT SELECT, INSERT, UPDATE ON alert_hold TO hotgrid_app;

-- The district's thresholds with which hours were judged: where they have changed since, hours are judged again.
CREATE TABLE judged_thresholds (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    text text NOT NULL
);

GRANT SELECT, INSERT, UPDATE ON judged_thresholds TO hotgrid_app;

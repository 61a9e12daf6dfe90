-- The district's own thresholds for the checks of values, as its quality.csv said; where it is silent, the shipped ones.
CREATE TABLE quality_thresholds (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    text text NOT NULL
);

GRANT SELECT, INSERT, UPDATE ON quality_thresholds TO hotgrid_app;

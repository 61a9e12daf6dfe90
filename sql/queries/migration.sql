-- name: create_table where it is written down what was applied
CREATE TABLE IF NOT EXISTS migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: applied
SELECT number, sha256 FROM migration ORDER BY number;

-- name: record
INSERT INTO migration (number, name, sha256) VALUES (:number, :name, :sha256);

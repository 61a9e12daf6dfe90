-- Photos of the field teams.
SELECT 1;

-- How people, platforms and sirens are reached, and the keys of this installation.
SELECT 1;

-- Who was to be told what, by which channel, and what came of it.
SELECT 1;

-- How far people are with every alert.
SELECT 1;

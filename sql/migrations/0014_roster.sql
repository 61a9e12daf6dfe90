-- The duty roster: what it is made of, and what was on duty.
SELECT 1;

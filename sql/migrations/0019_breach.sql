-- Steps that took longer than allowed.
SELECT 1;

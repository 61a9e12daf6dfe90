-- Silences by people and by regional notices, and campaigns.
SELECT 1;

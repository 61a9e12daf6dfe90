-- Secret addresses of calendar feeds.
SELECT 1;

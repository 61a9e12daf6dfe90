"""The database in words: migrations, named queries, pool. Knows nothing of readings, alerts or HTTP."""

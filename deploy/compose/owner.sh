#!/bin/sh
# The owner of the database is no superuser; the four processes act as hotgrid_app, whoever signs in.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$HOTGRID_DATABASE_PASSWORD" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE hotgrid LOGIN NOSUPERUSER CREATEDB PASSWORD :'password';
CREATE ROLE hotgrid_app NOLOGIN;
GRANT hotgrid_app TO hotgrid;
CREATE DATABASE hotgrid OWNER hotgrid;
\connect hotgrid
CREATE EXTENSION IF NOT EXISTS timescaledb;
SQL

#!/bin/sh
# The owner of the database is no superuser; the processes act as hotgrid_app, for enterprises as
# hotgrid_enterprise, whoever signs in.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$HOTGRID_DATABASE_PASSWORD" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE hotgrid LOGIN NOSUPERUSER CREATEDB PASSWORD :'password';
CREATE ROLE hotgrid_app NOLOGIN;
CREATE ROLE hotgrid_enterprise NOLOGIN;
GRANT hotgrid_app, hotgrid_enterprise TO hotgrid;
CREATE DATABASE hotgrid OWNER hotgrid;
\connect hotgrid
CREATE EXTENSION IF NOT EXISTS timescaledb;
SQL

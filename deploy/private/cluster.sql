-- What a new cluster needs before the first migration: a psql script for the superuser, harmless when run again.
\set ON_ERROR_STOP on
\getenv owner_password HOTGRID_OWNER_PASSWORD
SET client_min_messages = warning;

-- hotgrid owns and migrates; the application acts as hotgrid_app, for enterprises as hotgrid_enterprise: they own nothing.
SELECT 'CREATE ROLE hotgrid_app NOLOGIN' WHERE to_regrole('hotgrid_app') IS NULL \gexec
SELECT 'CREATE ROLE hotgrid_enterprise NOLOGIN' WHERE to_regrole('hotgrid_enterprise') IS NULL \gexec
SELECT 'CREATE ROLE hotgrid LOGIN CREATEDB' WHERE to_regrole('hotgrid') IS NULL \gexec
ALTER ROLE hotgrid PASSWORD :'owner_password';
GRANT hotgrid_app, hotgrid_enterprise TO hotgrid;

SELECT 'CREATE DATABASE hotgrid OWNER hotgrid'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'hotgrid') \gexec

-- Only a superuser can create it. In template1 too, so that a database which the owner makes (for a test) has it.
CREATE EXTENSION IF NOT EXISTS timescaledb;
\connect hotgrid
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS timescaledb;

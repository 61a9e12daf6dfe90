#!/bin/sh
# Our own two users, the devices that the broker knew before, and TLS for devices where there is a certificate.
set -eu
data=/mosquitto/data
mosquitto_passwd -b -c "$data/passwords" hotgrid "$HOTGRID_MQTT_PASSWORD"
mosquitto_passwd -b "$data/passwords" hotgrid-control "$HOTGRID_MQTT_CONTROL_PASSWORD"
cp /mosquitto/hotgrid/acl "$data/acl"
[ -f "$data/dynamic-security.json" ] || cp /mosquitto/hotgrid/dynamic-security.json "$data/"
cp /mosquitto/config/mosquitto.conf "$data/mosquitto.conf"
if [ -f /mosquitto/tls/broker.crt ]; then
    cp /mosquitto/tls/broker.crt /mosquitto/tls/broker.key "$data/"
    cat /mosquitto/config/devices.conf >> "$data/mosquitto.conf"
fi
chown -R mosquitto:mosquitto "$data"
chmod 600 "$data"/*
exec mosquitto -c "$data/mosquitto.conf"

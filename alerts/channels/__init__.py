"""The push channels, a file each; `alerts.channels.registry` lists them."""

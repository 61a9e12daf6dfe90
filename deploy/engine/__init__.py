"""The programs of the private servers: found installed, or unpacked from Debian's signed packages."""

"""The evidence of a case as one archive: every file with its hash, signed, verified without the installation."""

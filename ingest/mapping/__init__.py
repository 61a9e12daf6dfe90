"""Foreign topics and payloads as frames, by a mapping file; `deploy/mapping.example.toml` says how one is written."""

from ingest.mapping.file import MappingError, load
from ingest.mapping.source import Source

__all__ = ["MappingError", "Source", "load"]

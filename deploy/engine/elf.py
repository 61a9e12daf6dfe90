"""Reads from a 64-bit little-endian ELF file what the dynamic loader will read."""

import struct
from dataclasses import dataclass
from pathlib import Path

_PT_LOAD, _PT_DYNAMIC, _PT_INTERP = 1, 2, 3
_DT_NEEDED, _DT_STRTAB, _DT_RPATH, _DT_RUNPATH = 1, 5, 15, 29


@dataclass(frozen=True, slots=True)
class Elf:
    """The libraries a file needs, the loader it asks for, and its own search path (DT_RPATH or DT_RUNPATH)."""

    needed: tuple[str, ...]
    interpreter: str
    search_path: str


def read(path: Path) -> Elf | None:
    """What the loader reads from ``path``; None for anything that is not a 64-bit little-endian ELF file.

    Layout: System V gABI, chapters 4 (header) and 5 (program header, dynamic section).
    """
    data = path.read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        return None
    (table,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<IIQQQQQQ", data, table + size * index) for index in range(count)]
    interpreter = next((_text(data, offset) for kind, _, offset, *_ in segments if kind == _PT_INTERP), "")
    dynamic = next(((offset, length) for kind, _, offset, _, _, length, *_ in segments if kind == _PT_DYNAMIC), (0, 0))
    entries = list(struct.iter_unpack("<QQ", data[dynamic[0] : dynamic[0] + dynamic[1] // 16 * 16]))
    names = next((_offset(segments, value) for tag, value in entries if tag == _DT_STRTAB), 0)
    needed = tuple(_text(data, names + value) for tag, value in entries if tag == _DT_NEEDED)
    path_at = next((value for tag, value in entries if tag in (_DT_RPATH, _DT_RUNPATH)), None)
    return Elf(needed, interpreter, "" if path_at is None else _text(data, names + path_at))


def _text(data: bytes, offset: int) -> str:
    return data[offset : data.index(b"\0", offset)].decode()


def _offset(segments: list[tuple[int, ...]], address: int) -> int:
    """Where in the file the byte lies that is loaded at ``address``."""
    for kind, _, offset, start, _, length, *_ in segments:
        if kind == _PT_LOAD and start <= address < start + length:
            return offset + address - start
    raise ValueError(f"no segment holds address {address:#x}")

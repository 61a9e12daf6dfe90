"""Tests of deploy.engine.sources."""

from pathlib import Path

from deploy.engine.sources import Source, deb822, debian, machine, one_line

ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb cdrom:[Debian 12]/ bookworm main
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/keys/debian.gpg] http://mirror.example/debian bookworm main contrib
deb\thttp://security.example/debian-security bookworm-security main
"""

DEB822 = """\
# a comment
Types: deb deb-src
# http://commented.example/debian
URIs: http://one.example/debian
  http://two.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDMEY8
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://disabled.example/debian
Suites: bookworm
Enabled: no

types: deb-src
uris: http://sources.example/debian
suites: bookworm
"""


def test_a_one_line_list_gives_its_enabled_binary_sources() -> None:
    assert list(one_line(ONE_LINE)) == [
        Source("http://mirror.example/debian", ("bookworm",), "/keys/debian.gpg"),
        Source("http://security.example/debian-security", ("bookworm-security",)),
    ]


def test_a_deb822_file_gives_every_address_with_its_suites_and_key() -> None:
    first, second = deb822(DEB822)

    assert (first.uri, second.uri) == ("http://one.example/debian", "http://two.example/debian")
    assert first.suites == second.suites == ("bookworm", "bookworm-updates")
    assert first.signed_by.splitlines()[1:3] == [" .", " mDMEY8"]


def test_both_kinds_of_files_of_a_machine_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text("deb http://a.example/debian bookworm main\n")
    (tmp_path / "sources.list.d/b.list").write_text("deb http://b.example/debian bookworm main\n")
    (tmp_path / "sources.list.d/c.sources").write_text(DEB822)

    hosts = [source.uri.split("/")[2] for source in machine(tmp_path)]

    assert hosts == ["a.example", "b.example", "one.example", "two.example"]


def test_a_machine_without_any_sources_has_none(tmp_path: Path) -> None:
    assert machine(tmp_path) == []


def test_the_machines_own_security_archive_comes_with_its_mirror() -> None:
    found = [
        Source("http://other.example/apt", ("tool-bookworm",)),
        Source("http://mirror.example/debian", ("bookworm", "bookworm-updates"), "/k"),
        Source("http://secure.example/debian-security", ("bookworm-security",), "/s"),
    ]

    assert debian(found, "bookworm", "trixie") == [
        [
            Source("http://mirror.example/debian", ("trixie", "trixie-updates"), "/k"),
            Source("http://secure.example/debian-security", ("trixie-security",), "/s"),
        ],
        [Source("http://mirror.example/debian", ("trixie",), "/k")],
    ]


def test_without_one_the_archive_beside_the_mirror_is_tried() -> None:
    ways = debian([Source("http://mirror.example/debian/", ("stable",))], "bookworm", "trixie")

    assert [[source.uri for source in way] for way in ways] == [
        ["http://mirror.example/debian/", "http://mirror.example/debian-security"],
        ["http://mirror.example/debian/"],
    ]


def test_an_archive_of_other_programs_is_tried_last() -> None:
    found = [Source("http://tool.example/apt", ("stable",)), Source("http://mirror.example/debian", ("bookworm",))]

    ways = debian(found, "bookworm", "trixie")

    assert [way[0].uri for way in ways] == ["http://mirror.example/debian"] * 2 + ["http://tool.example/apt"]


def test_sources_of_other_distributions_are_no_way() -> None:
    assert debian([Source("http://mirror.example/ubuntu", ("noble",))], "bookworm", "trixie") == []

"""What is owed to the sender of an HJ 212 frame, commands that are not understood, and frames that are encrypted."""

import pytest

from ingest.frame import Decoded
from ingest.protocols.hj212 import Cipher, decode, parse
from ingest.protocols.hj212.codes import COMMANDS
from tests.support.hj212 import DATA_TIME, MN, QN, frame, message, raw, reasons, said

TIME = f"DataTime={DATA_TIME}"


@pytest.mark.parametrize("command", [1013, 2012, 2022, 9015])
def test_a_notification_without_content_is_only_a_claim(command: int) -> None:
    decoded = said(frame("", command, flag=9))
    assert decoded == Decoded(claims=decoded.claims)
    assert len(decoded.claims) == 1


@pytest.mark.parametrize(
    ("flag", "command", "answered", "answer_flag"),
    [(5, 2011, 9014, 4), (9, 2011, 9014, 8), (1, 2011, 9014, 0), (7, 2051, 9014, 4), (5, 3020, 9014, 4),
     (5, 1013, 9013, 4), (5, 2012, 9013, 4), (5, 2022, 9013, 4), (9, 9015, 9013, 8), (9, 1001, 9013, 8),
     (5, 1062, 9014, 4)],
)  # fmt: skip
def test_an_answer_has_the_qn_of_the_frame_and_its_version_bits(
    flag: int, command: int, answered: int, answer_flag: int
) -> None:
    (claim,) = said(frame(cn=command, flag=flag)).claims
    assert (claim.device_id, claim.password) == (MN, "123456")
    assert claim.reply == raw(f"QN={QN};ST=91;CN={answered};PW=123456;MN={MN};Flag={answer_flag};CP=&&&&")


@pytest.mark.parametrize("flag", [None, 0, 2, 4, 6, 8])
def test_who_wants_no_answer_gets_none(flag: int | None) -> None:
    (claim,) = said(frame(flag=flag)).claims
    assert claim.reply is None


def test_an_answer_to_a_frame_without_mn_names_the_device_of_the_topic() -> None:
    (claim,) = said(raw("QN=20260801085857223;ST=31;CN=2011;PW=1;Flag=5;CP=&&&&")).claims
    assert claim.reply is not None
    assert parse(claim.reply).mn == MN


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {1001, 1013, 2011, 2012, 2013, 2021, 2022, 2031, 2041, 2051,
                                                           2061, 2062, 2081, 2111, 3019, 3020, 9015}))  # fmt: skip
def test_other_commands_are_refused_by_name_but_answered(command: int) -> None:
    decoded = said(frame(cn=command))
    assert reasons(decoded) == ["command"]
    assert f"{command} ({COMMANDS[command]})" in decoded.rejects[0].detail
    assert decoded.claims[0].reply is not None


@pytest.mark.parametrize("text", ["", "abc", "99999", "-1"])
def test_a_command_that_is_no_number_is_refused(text: str) -> None:
    assert reasons(said(raw(f"CN={text};MN={MN};CP=&&{TIME}&&"))) == ["command"]


SECRET = "0F1E2D3C4B5A69788796A5B4C3D2E1F0"


class Hexadecimal:
    """Stands for a cipher that fits."""

    def decrypt(self, cp: bytes) -> bytes:
        return bytes.fromhex(cp.decode())


class Unfit:
    """Stands for one that does not."""

    def decrypt(self, cp: bytes) -> bytes:
        raise ValueError(f"{len(cp)} bytes are no whole blocks")


@pytest.mark.parametrize("command", [2011, 2051, 1014, 3020])
@pytest.mark.parametrize("cp", [SECRET, "aGVsbG8gd29ybGQ=", "aGVsbG8gd29ybA==", "\x01\x02&&;=\x03"])
def test_an_encrypted_frame_is_refused_with_what_is_missing(command: int, cp: str) -> None:
    decoded = said(frame(cp, command, flag=9))
    assert reasons(decoded) == ["encrypted"]
    assert "the logger's key and a confirmed encoding" in decoded.rejects[0].detail
    assert decoded.claims[0].reply is not None


def test_a_frame_of_2017_is_never_encrypted() -> None:
    assert reasons(said(frame(SECRET, flag=5))) == ["empty"]


def opened(cp: str, cipher: Cipher) -> Decoded:
    """What a frame of 2025 with this CP says to who has a cipher."""
    decoded = Decoded()
    decode(message(frame(cp, flag=9)), MN, decoded, cipher)
    return decoded


def test_with_a_cipher_an_encrypted_frame_is_read() -> None:
    decoded = opened(f"{TIME};a24088-Rtd=1.25,a24088-Flag=N".encode().hex(), Hexadecimal())
    assert [sent.values for sent in decoded.frames] == [{"a24088": 1.25}]
    assert not decoded.rejects


def test_what_is_no_text_after_decryption_is_refused() -> None:
    decoded = opened(SECRET, Hexadecimal())
    assert reasons(decoded) == ["encrypted"]
    assert "wrong key or encoding" in decoded.rejects[0].detail


def test_a_cipher_that_does_not_fit_says_why() -> None:
    decoded = opened(SECRET, Unfit())
    assert reasons(decoded) == ["encrypted"]
    assert "32 bytes are no whole blocks" in decoded.rejects[0].detail

"""Passwords: what may be one, and its slow hash, made in few threads at a time."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import NamedTuple, TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from service.problems import BusyError

SHORTEST, LONGEST = 10, 256
FEWEST_DIFFERENT = 5
AT_ONCE = 2  # each takes 64 MiB and a core for a fifth of a second
MOST_WAITING = 20
NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$kDnCwcHeXE1IkbhVcVrAKA$NPWCc/Txrtol8GWdlemiKz5NrzQLk4JXk+DOGOgx7wI"
"""The hash of a password that nobody knows: against it are tried those of names that there are not."""

WELL_KNOWN = frozenset(files("service.account").joinpath("well_known.txt").read_text(encoding="utf-8").split())
"""What is left of a well-known bad password when its digits and signs are taken away."""
ROWS = ("1234567890", "0987654321", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "!@#$%^&*()")
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
Result = TypeVar("Result")
_HASHER = PasswordHash((Argon2Hasher(),))


class Verdict(NamedTuple):
    """Whether it is the password; `renewed` is its hash as it would be made today, where it was made otherwise."""

    right: bool
    renewed: str | None = None


class Passwords:
    """The threads of a process in which passwords are hashed: others wait in a line, and past its end are sent away."""

    def __init__(self, hasher: PasswordHash = _HASHER) -> None:
        self._hasher = hasher
        self._threads = ThreadPoolExecutor(AT_ONCE, "password")
        self._here = 0

    async def verify(self, password: str, kept: str | None) -> Verdict:
        """Try a password; without a hash it is wrong, and takes as long to be. Raises BusyError."""
        verdict = await self._run(self._verified, _normal(password), kept or NOBODYS)
        return verdict if kept else Verdict(False)

    async def hash(self, password: str) -> str:
        """What is kept of a new password. Raises BusyError."""
        return await self._run(self._hasher.hash, _normal(password))

    def _verified(self, password: str, kept: str) -> Verdict:
        try:
            return Verdict(*self._hasher.verify_and_update(password, kept))
        except UnknownHashError:  # as of an account that must not sign in by password
            return Verdict(False)

    async def _run(self, work: Callable[..., Result], *given: str) -> Result:
        if self._here >= AT_ONCE + MOST_WAITING:
            raise BusyError("登录的人太多，请过几秒再试 · too many are signing in at once: try again in some seconds")
        self._here += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)
        finally:
            self._here -= 1

    def close(self) -> None:
        """Take no more; what is being hashed is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def hashed(password: str) -> str:
    """What is kept of a password, where nobody else waits: for commands."""
    return _HASHER.hash(_normal(password))


def fault(password: str, name: str) -> str | None:
    """What is wrong with a new password of an account, in words; None where it is good."""
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in password):
        return "不能含控制字符 · must not have control characters"
    plain = _normal(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        return f"须有 {SHORTEST} 到 {LONGEST} 个字符 · must have {SHORTEST} to {LONGEST} characters"
    low = plain.lower()
    if len(set(low)) < FEWEST_DIFFERENT:
        return f"至少 {FEWEST_DIFFERENT} 个不同的字符 · must have {FEWEST_DIFFERENT} different characters at least"
    if name and (name.lower() in low or low in name.lower()):
        return "不能含用户名 · must not have the name of the account in it"
    if _is_well_known(low):
        return "太常见，容易猜到 · is a well-known one, or a row of keys: three or four unrelated words are better"
    return None


def _is_well_known(low: str) -> bool:
    letters = "".join(sign for sign in low if sign.isalpha())
    half = low[: len(low) // 2]
    return (
        letters in WELL_KNOWN
        or half + half == low  # the same thing twice
        or any(low in row or low in row[::-1] for row in (*ROWS, ALPHABET, 2 * ROWS[0]))
    )


def _normal(password: str) -> str:
    """As it is whatever keyboard it was typed with: full-width digits are digits."""
    return unicodedata.normalize("NFKC", password)

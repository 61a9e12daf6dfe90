"""Ways to invent what a monitor sends: each changes honest stacks in place, from a minute on."""

import numpy as np
from numpy.typing import NDArray

from ingest.flag import Qc
from tests.support.stacks import DAY, Floats, Stacks

VOC = ("nmhc", "a25002")


def _good(stacks: Stacks, since: int) -> NDArray[np.bool_]:
    good: NDArray[np.bool_] = (stacks.qc[:, since:] == Qc.GOOD) & ~np.isnan(stacks.values["nmhc"][:, since:])
    return good


def _decimals(values: Floats) -> Floats:
    """The decimals that every row sends, as a power of ten (N, 1)."""
    powers = [10.0**d for d in range(3)]
    exact = [np.isclose(values * p, np.round(values * p), equal_nan=True).mean(axis=1, keepdims=True) for p in powers]
    return np.select([share > 0.99 for share in exact], powers, 1000.0)


def _put(stacks: Stacks, since: int, values: Floats) -> None:
    """Invented NMHC in the resolution of the channel, where anything was sent that is not marked."""
    steps = _decimals(stacks.values["nmhc"])
    old = stacks.values["nmhc"][:, since:]
    stacks.values["nmhc"][:, since:] = np.where(_good(stacks, since), np.round(values * steps) / steps, old)


def hold(stacks: Stacks, since: int) -> None:
    """One value for ever: about what the channel reads at work."""
    nmhc = stacks.values["nmhc"]
    _put(stacks, since, np.broadcast_to(_at_work(nmhc), nmhc[:, since:].shape))


def clip(stacks: Stacks, since: int) -> None:
    """Three times as much as before is sent as a little less than the limit."""
    rng = np.random.default_rng(5)
    nmhc = stacks.values["nmhc"][:, since:]
    much = np.maximum(6 * nmhc, 70 * (rng.random(nmhc.shape) < 0.9))
    _put(stacks, since, np.minimum(much, 60 * (0.97 + 0.01 * rng.normal(size=nmhc.shape))))


def smoothen(stacks: Stacks, since: int) -> None:
    """The value at work with half a per cent of noise."""
    nmhc = stacks.values["nmhc"]
    _put(stacks, since, _at_work(nmhc) * (1 + 0.005 * np.random.default_rng(5).normal(size=nmhc[:, since:].shape)))


def repeat(stacks: Stacks, since: int, lag: int = DAY) -> None:
    """The `lag` minutes before, again and again; of everything but the gas flow."""
    span = np.arange(stacks.minutes - since) % lag + since - lag
    for name in VOC:
        values = stacks.values[name]
        again = values[:, span]
        values[:, since:] = np.where(_good(stacks, since) & ~np.isnan(again), again, values[:, since:])


def type_in(stacks: Stacks, since: int) -> None:
    """Digits as people like them: every other value ends in 0 or 5."""
    rng = np.random.default_rng(5)
    nmhc = stacks.values["nmhc"]
    steps = np.round(nmhc[:, since:] * _decimals(nmhc))
    liked = np.where(rng.random(steps.shape) < 0.5, np.round(steps / 5) * 5, steps)
    _put(stacks, since, np.where(np.isnan(liked), 0, liked) / _decimals(nmhc))


def scale(stacks: Stacks, since: int, channels: tuple[str, ...] = VOC, factor: float = 0.45) -> None:
    """A coefficient on some channels."""
    for name in channels:
        sent = stacks.values[name]
        steps = _decimals(sent)
        sent[:, since:] = np.round(sent[:, since:] * factor * steps) / steps


def zero(stacks: Stacks, since: int) -> None:
    """Nothing at all comes out any more, says the monitor."""
    _put(stacks, since, np.zeros_like(stacks.values["nmhc"][:, since:]))


def _at_work(nmhc: Floats) -> Floats:
    """A usual value of every row (N, 1)."""
    usual: Floats = np.nanmedian(np.where(nmhc > 2, nmhc, np.nan), axis=1, keepdims=True)
    return np.where(np.isnan(usual), 3.0, usual)

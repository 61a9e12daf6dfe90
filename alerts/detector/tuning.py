"""Every number of the detector, with its unit: one frozen set of defaults, one profile for each kind of network."""

from typing import NamedTuple


class Profile(NamedTuple):
    """How the devices of one kind of network are judged. Lengths in metres, times in minutes, `z` in robust SDs."""

    name: str
    # who is whose neighbour
    reach: float  # m, neighbours that make the regional reference
    close: float  # m, neighbours that may corroborate
    linger: int  # min without any device in alarm before an alert closes: how long the wind may look away
    anchors: int  # devices of an alert from which the source is looked for, at most
    again: tuple[int, ...]  # min after the opening at which the source is asked for
    plume: "Plume"
    numbers: "Numbers"


class Plume(NamedTuple):
    """The scale at which sources are looked for, metres."""

    reach: float  # farthest source considered, and farthest device that bears witness
    lattice: float  # between the unregistered places considered
    neighbourhood: float  # around the lead, beyond which an excess may be another emission's
    across: float  # size of a source
    up: float
    turning: float  # of the distance: what the mean wind of a minute does not know
    noise: float  # log units, of a minute without a plume
    trust: float  # share of a minute's evidence that is news: minutes resemble the ones before


class Numbers(NamedTuple):
    """What the kernels read."""

    floor_share: float  # offset inside the logarithm, in floors of the pollutant: large is near-linear
    gap: int  # min without a value after which the median window begins anew
    repeat_gain: float
    unlikely: float  # probability of a run of equal values that nobody believes
    prime: int  # min of evidence before a device may alarm
    settle: float  # min over which gains are raised after the start
    bias_gain: float
    quantile: float  # of the neighbours that is the reference
    guard: int  # upwind half-planes used: 1 yes, 0 no
    base_gain: float
    base_clip: float  # z
    held: float  # share of the gain while the excess is large
    held_above: float  # z
    scale_gain: float
    scale_floor: float  # log units
    vote_above: float  # z
    rough_gain: float
    rough_free: float  # z
    rough_share: float  # of the excess that may be rough
    rough_weight: float
    lively: float  # the same, above which a suspected step is believed to be none
    blind: float  # added to the threshold where nobody stands upwind
    turmoil: float  # times the share of neighbours that fall or rise beyond what is usual, added to the threshold
    wide: float  # times the device's scale beyond what is usual, in floors, added to the threshold
    may_vary: float
    may_fall: float  # usual shares
    may_rise: float
    lean: float  # a neighbour counts at most this many times the own evidence
    fall_up: float  # gains of the running mean of z below zero
    fall_down: float
    fall_free: float  # z
    fall_weight: float
    flat: float  # SD over mean of the raised minutes under which a lonely excess is a step of the sensor
    votes: int  # of the last 8
    threshold: float
    at_once: float  # times the threshold: no second minute is waited for
    closing: float  # share of the threshold under which a minute is quiet
    quiet: int  # quiet minutes that end an alarm


GRID = Profile(
    name="grid",
    reach=6000,
    close=1600,
    linger=40,
    anchors=5,
    again=(0, 10, 20),
    plume=Plume(5000, lattice=500, neighbourhood=1000, across=20, up=6, turning=0.02, noise=0.05, trust=0.35),
    numbers=Numbers(
        floor_share=1.0,
        gap=10,
        repeat_gain=0.002,
        unlikely=1e-4,
        prime=240,
        settle=240,
        bias_gain=0.0004,
        quantile=0.5,
        guard=1,
        base_gain=0.04,
        base_clip=1.5,
        held=0.15,
        held_above=3.5,
        scale_gain=0.004,
        scale_floor=0.08,
        vote_above=2.0,
        rough_gain=0.2,
        rough_free=1.2,
        rough_share=0.4,
        blind=1.5,
        turmoil=10.0,
        wide=4.0,
        may_vary=0.7,
        may_fall=0.15,
        may_rise=0.25,
        lean=1.1,
        rough_weight=1.2,
        fall_up=0.4,
        fall_down=0.04,
        fall_free=1.2,
        fall_weight=6.0,
        flat=0.22,
        lively=0.3,
        votes=5,
        threshold=3.1,
        at_once=1.2,
        closing=0.8,
        quiet=4,
    ),
)
FENCE = Profile(
    name="fence",
    reach=500,
    close=150,
    linger=120,
    anchors=1,  # whoever stands at the fence hears all that the first one hears
    again=(0, 10, 20, 60, 120),
    plume=Plume(500, lattice=20, neighbourhood=100, across=2, up=2, turning=0.05, noise=0.1, trust=0.2),
    numbers=Numbers(
        floor_share=20.0,
        gap=10,
        repeat_gain=0.002,
        unlikely=1e-6,
        prime=240,
        settle=240,
        bias_gain=0.0004,
        quantile=0.25,
        guard=0,
        base_gain=0.005,
        base_clip=1.0,
        held=0.1,
        held_above=3.0,
        scale_gain=0.004,
        scale_floor=0.02,
        vote_above=3.0,
        rough_gain=0.2,
        rough_free=1.3,
        rough_share=0.4,
        blind=0.0,
        turmoil=0.0,
        wide=0.0,
        may_vary=0.7,
        may_fall=0.15,
        may_rise=0.25,
        lean=1.1,
        rough_weight=0.0,
        fall_up=0.25,
        fall_down=0.04,
        fall_free=1.2,
        fall_weight=0.0,
        flat=0.0,
        lively=0.0,
        votes=4,
        threshold=9.0,
        at_once=9.0,
        closing=1.0,
        quiet=2,
    ),
)


class Tracking(NamedTuple):
    """How alarms of single devices become alerts.

    The log odds that an alarm is of the source of an open alert: a logistic regression on whether both came of one
    emission, over 4,600 pairs of twelve simulated districts (seeds 100-111). It gave 4.8, 3.0, .9, .8, 2.2 and 1.3;
    `near` is more by judgement, so that two sources a kilometre apart stay two, `belongs` makes up for part of it.
    """

    belongs: float = 5.1  # log odds at no distance
    unit: float = 1000.0  # m
    near: float = 3.4  # less for the first unit from the nearest device of the alert
    far: float = 0.8  # less for each further one
    idle: float = 0.75  # less, times ln(1 + min since anybody was in alarm)
    known: float = 2.0  # more where a source is known that explains all of it
    expected: float = 1.3  # times ln of the share that it explains
    nothing: float = 3.5  # -ln of a share that is none
    enough: float = 1.0  # ln of one that is more than seen
    other: float = 0.5  # less for a pollutant that the alert has not yet
    unexplained: float = 0.3  # share under which a device that joins is another one of these
    soon: int = 3  # min after which it may be
    anew: int = 30  # min after which it is, whatever explains it
    peak_step: float = 1.1  # growth of the peak that is worth an update
    calming: int = 15  # min of less gravity before the severity steps down
    wide: int = 4  # cells at once that are a severity
    lasting: int = 60  # min that are one
    national: float = 5000.0  # m within which a national station downwind is one

    def reach(self) -> float:
        """Metres from the nearest device of an alert beyond which nothing belongs to it."""
        most = self.belongs + self.known + self.expected * self.enough
        return self.unit * max(1.0, 1 + (most - self.near) / self.far)


class Tuning(NamedTuple):
    """All of it."""

    grid: Profile = GRID
    fence: Profile = FENCE
    tracking: Tracking = Tracking()
    fence_cell_m: float = 100.0  # stations of grids as fine as this stand at a fence


DEFAULT = Tuning()

# About 7 % of a level typical of the pollutant, in its canonical unit: what is nothing.
FLOOR = {
    "pm25": 3.0,
    "pm10": 5.0,
    "so2": 1.0,
    "no2": 3.0,
    "o3": 5.0,
    "co": 0.05,
    "tvoc": 0.02,
    "nmhc": 0.05,
    "ch4": 0.1,
}

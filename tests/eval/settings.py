"""Settings of a simulated scenario; lengths in metres, concentrations in µg/m³, SDs in natural-log units."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """The nature that a scenario is drawn from; the levels were calibrated on real low-cost networks."""

    # place and time
    nx: int = 20
    ny: int = 20
    cell_m: float = 500.0
    epsg: int = 4549
    lon0: float = 120.02
    lat0: float = 31.66
    days: int = 6
    warm_days: int = 2
    stations_per_cell: float = 0.67
    # background
    base: float = 35.0
    regional_sd: float = 0.35
    regional_hours: float = 34.0
    diurnal: tuple[float, float] = (0.06, 0.05)
    meso_sd: float = 0.10
    meso_m: float = 9000.0
    meso_hours: float = 5.0
    fine_sd: float = 0.06
    fine_m: float = 2000.0
    fine_hours: float = 1.5
    local_sd: float = 0.045
    local_minutes: float = 70.0
    humidity_effect: float = 0.25
    fronts_per_day: float = 0.35
    front_speed: tuple[float, float] = (2.0, 8.0)  # m/s
    # sensors
    noise_sd: float = 0.05
    additive_sd: float = 0.8
    bias_sd: float = 0.10
    drift_per_day: float = 0.01
    resolution: float = 0.1
    # faults per station-day
    gaps: float = 0.6
    stuck: float = 0.03
    spikes: float = 0.5
    steps: float = 0.01
    puffs: float = 0.05
    noisy: float = 0.01
    # emissions; their strength in g/s and length in minutes are log-uniform
    events_per_day: float = 8.0  # per 100 cells
    strength: tuple[float, float] = (0.25, 20.0)
    minutes: tuple[int, int] = (10, 180)
    enterprises: float = 12.0  # per 100 cells
    registered_share: float = 0.8
    # wind
    wind_mean: float = 2.4
    wind_direction_error: float = 10.0  # degrees
    wind_speed_error: float = 0.25
    # what counts as visible: nominal SD of a 1-minute local residual of log(C + offset)
    reference_sd: float = 0.09
    offset: float = 5.0

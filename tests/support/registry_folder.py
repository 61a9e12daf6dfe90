"""A registry folder that is in order, to be spoilt one line at a time."""

from pathlib import Path

FILES = {
    "grid.csv": "cell_m,epsg,lon0,lat0,nx,ny\n500,4549,119.93,31.75,12,10\n",
    "stations.csv": (
        "station_id,name,kind,lon,lat,township,chief\n"
        "S1,北站,micro,119.94,31.76,东山,王\n"
        "S2,南站,micro,119.95,31.77,东山,李\n"
        "W1,气象塔,weather,119.95,31.77,,\n"
    ),
    "enterprises.csv": (
        "enterprise_id,name,lon,lat,industry,township,contact\nE1,化工厂,119.96,31.77,chemicals,东山,025-1\n"
    ),
    "monitors.csv": (
        "mn,enterprise_id,outlet,lon,lat,password,channel,unit,limit,limit_period\n"
        "M1,E1,一号,119.96,31.77,123456,nmhc,mg/m³,60,hour\n"
        "M1,E1,一号,119.96,31.77,123456,so2,ppb,,\n"
        "M1,E1,一号,119.96,31.77,123456,a25002,mg/m³,4,hour\n"
    ),
    "people.csv": "person_id,name,role,phone,township\nP1,张,duty,139,\nP2,赵,leader,138,\n",
    "shifts.csv": (
        "start,end,person_id,post\n"
        "2099-11-21T08:00:00+08:00,2099-11-21T20:00:00+08:00,P1,day\n"
        "2099-11-21T20:00:00+08:00,2099-11-22T08:00:00+08:00,P2,night\n"
    ),
    "marks.csv": (
        "device_id,kind,start,end,reason\n"
        "M1,calibration,2026-11-20T09:00:00+08:00,2026-11-20T10:00:00+08:00,每周\n"
        "S2,fault,2026-11-20T09:00:00+08:00,,风扇\n"
    ),
    "findings.csv": (
        "alert_id,at,enterprise_id,cause,note\n"
        "hotspot-pm25-1,2026-11-20T11:00:00+08:00,E1,emission,门开着\n"
        "hotspot-pm25-2,2026-11-20T12:00:00+08:00,,false_alarm,\n"
    ),
    "parks.csv": (
        "park_id,name,device_id,channel,unit,limit\n"
        "K1,东园,S1,so2,ppb,20\n"
        "K1,东园,S2,so2,ppb,20\n"
        "K1,东园,M1,a25002,mg/m³,0.1\n"
    ),
}


def write(folder: Path, **changed: str | bytes | None) -> Path:
    """The folder; `stations="…"` puts something else into stations.csv, None leaves the file out."""
    for name, text in {**FILES, **{f"{key}.csv": value for key, value in changed.items()}}.items():
        path = folder / name
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def replaced(file: str, old: str, new: str) -> str:
    """A file's text with one thing changed."""
    text = FILES[f"{file}.csv"]
    assert old in text
    return text.replace(old, new)

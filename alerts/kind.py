"""The kinds of alerts: what each is called, what its figures are, and whether it rings somebody's phone."""

from typing import NamedTuple


class Words(NamedTuple):
    """A kind in one language; `figures` names the peak and what it is compared with, "" where they say nothing."""

    opened: str
    closed: str
    figures: str


class Kind(NamedTuple):
    """All kinds are kept, logged and shown; those that are pushed are told to people as well, at night too."""

    pushed: bool
    zh: Words
    en: Words


# Pushed is what the air or a limit says and somebody must go and see, and that nothing arrives at all: then nobody
# watches. Forewarnings and what is wrong with single devices and their data can wait for the desk: a feed that cries
# wolf is not looked at.
KINDS = {
    "hotspot": Kind(
        True, Words("发现热点", "热点结束", "峰值/背景"), Words("Hotspot found", "Hotspot over", "peak/background")
    ),
    "exceedance": Kind(
        True,
        Words("排放超标", "超标结束", "小时均值/限值"),
        Words("Limit exceeded", "Exceedance over", "hourly mean/limit"),
    ),
    "park": Kind(
        True,
        Words("园区边界超限", "园区超限结束", "下风向/上风向"),
        Words("Park boundary above limit", "Park exceedance over", "downwind/upwind"),
    ),
    "regional": Kind(
        True,
        Words("区域污染", "区域污染结束", "全区/平时"),
        Words("Regional episode", "Regional episode over", "district/usual"),
    ),
    "silence": Kind(
        True,
        Words("全网中断，无人监测", "数据恢复", ""),
        Words("No data from anybody, nobody watches", "Data arrive again", ""),
    ),
    "drill": Kind(
        True,
        Words("演练", "演练结束", "峰值/背景"),
        Words("Drill", "Drill over", "peak/background"),
    ),
    "early_warning": Kind(
        False,
        Words("超标预警", "超标预警结束", "读数或预计/限值"),
        Words("Early warning", "Early warning over", "reading or forecast/limit"),
    ),
    "fault": Kind(
        False,
        Words("设备故障", "设备故障结束", "读数/参照"),
        Words("Device fault", "Device fault over", "reading/reference"),
    ),
    "fabrication": Kind(
        False, Words("数据造假迹象", "造假迹象结束", ""), Words("Signs of fabrication", "Signs of fabrication over", "")
    ),
    "offline": Kind(False, Words("设备离线", "离线结束", ""), Words("Offline", "Offline over", "")),
    "clock": Kind(False, Words("时钟偏差", "时钟偏差结束", ""), Words("Clock wrong", "Clock right again", "")),
}


def kind_of(name: str) -> Kind:
    """The row of a kind; one that is not in the table stands for itself, and is not pushed."""
    words = Words(name, name, "")
    return KINDS.get(name) or Kind(False, words, words)

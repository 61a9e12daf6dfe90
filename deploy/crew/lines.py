"""What the simulated people say: causes that fit what is in the air, and a sentence for every step."""

from collections.abc import Mapping, Sequence

from alerts.handling.stage import Cause

GASES = frozenset({"tvoc", "nmhc", "ch4"})
DUST = frozenset({"pm25", "pm10"})
AT_ENTERPRISE: Mapping[str, Sequence[Cause]] = {
    "gas": ("treatment_fault", "leak", "solvent", "bypass"),
    "dust": ("treatment_fault", "production", "construction"),
    "smoke": ("treatment_fault", "production", "maintenance"),
}
ELSEWHERE: Mapping[str, Sequence[Cause]] = {
    "gas": ("not_found", "traffic"),
    "dust": ("burning", "construction", "not_found"),
    "smoke": ("burning", "traffic", "not_found"),
}
FROM_THE_DESK: Mapping[str, Cause] = {"regional": "regional", "silence": "other"}
"""Kinds of alerts that nobody can drive to, and what they come from."""

FOUND: Mapping[Cause, str] = {
    "treatment_fault": "治理设施停机，废气未处理 · the treatment is off, untreated gas goes out",
    "leak": "法兰处泄漏，检测仪有读数 · a flange leaks, the detector shows it",
    "solvent": "敞开式喷涂，未在密闭间内 · spraying in the open, not in the booth",
    "bypass": "旁路阀开启 · the bypass valve is open",
    "production": "满负荷生产，收集不足 · full load, the hoods do not take it all",
    "construction": "土方作业未洒水 · earthwork without water spray",
    "maintenance": "开车阶段，未报备 · starting up, not announced",
    "burning": "路边焚烧垃圾，已扑灭 · rubbish burnt by the road, put out",
    "traffic": "柴油车集中怠速 · diesel lorries idling in a row",
    "not_found": "绕行一周，未见异常 · all around it, nothing to be seen",
    "regional": "全区同步升高，外来输送 · the whole district rises: brought from outside",
    "other": "平台链路中断，已联系运维 · the link is down, the operator is called",
}
ORDERED: Mapping[Cause, str] = {
    "treatment_fault": "恢复治理设施，期间停产 · repair the treatment, stop until then",
    "leak": "更换垫片并复测 · change the gasket and measure again",
    "solvent": "移入密闭喷房 · move it into the booth",
    "bypass": "关闭旁路并铅封 · close the bypass and seal it",
    "construction": "停工，洒水，苫盖 · stop, wet and cover it",
}
USUALLY_ORDERED = "限产，检查收集和治理 · less load, check hoods and treatment"
BY_ENTERPRISE = "已按要求整改 · put right as ordered"
BY_FIELD = "现场已整改 · put right on the spot"
STILL_HIGH = "浓度仍未下降 · the values are still high"
VERIFIED = "复测正常，无异味 · measured again: normal, no smell"
DECLINED = (
    "正在另一处现场，走不开 · busy at another place",
    "车辆故障 · the car has broken down",
)
SENT = "先看第一候选企业 · begin with the first candidate"
SENT_TO_LOOK = "到估计位置查看 · look around the estimated place"
SENT_ELSEWHERE = "改派邻镇 · the next township's team instead"
AFTER_CLIMBING = "升级后接警 · taken after it had climbed"
NO_ALARM_AT_DESK = "采样口结露，其余因子正常 · dew at the inlet, all other channels normal"
NO_ALARM_ON_SITE = "站旁清扫扬尘，现场无排放 · sweeping beside the station, no emission there"
PROPOSED = "浓度已回落，建议销号 · the air is clean, may be closed"
CLOSED = "过程完整，同意销号 · complete, signed off"
DRILLED = "演练 · drill"


def family(pollutants: Sequence[str]) -> str:
    """What kind of emission it looks like."""
    if GASES.intersection(pollutants) or any(name.startswith("a2") for name in pollutants):
        return "gas"
    return "dust" if DUST.issuperset(pollutants) else "smoke"

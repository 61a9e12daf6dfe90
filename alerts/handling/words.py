"""Stages, actions and causes in Chinese."""

from collections.abc import Mapping

from alerts.handling.stage import Action, Cause, Stage

STAGE_ZH: Mapping[Stage, str] = {
    "open": "待接",
    "acknowledged": "已接",
    "dispatched": "已派单",
    "accepted": "已接单",
    "arrived": "已到场",
    "reported": "已查明",
    "rectifying": "整改中",
    "rectified": "已整改",
    "verified": "已核实",
    "closed": "已销号",
    "false_alarm": "误报",
    "merged": "已合并",
}
ACTION_ZH: Mapping[Action, str] = {
    "acknowledge": "接警",
    "release": "放回",
    "dispatch": "派单",
    "accept": "接单",
    "decline": "拒单",
    "arrive": "到场",
    "report": "报告",
    "rectify": "整改",
    "verify": "核实",
    "handover": "交接",
    "propose": "提议销号",
    "close": "销号",
    "reopen": "重开",
    "false-alarm": "判为误报",
    "recheck": "回头看",
    "merge": "合并",
    "split": "拆分",
    "link": "关联案号",
    "silence": "静音",
    "comment": "留言",
    "clear": "消退",
    "resume": "未消退",
    "lapse": "超时放回",
}
CAUSE_ZH: Mapping[Cause, str] = {
    "production": "正常生产排放",
    "bypass": "旁路直排",
    "treatment_fault": "治理设施故障",
    "leak": "泄漏",
    "solvent": "溶剂使用",
    "burning": "露天焚烧",
    "construction": "工地扬尘",
    "traffic": "交通",
    "cooking": "餐饮油烟",
    "fireworks": "烟花爆竹",
    "regional": "外来输送",
    "maintenance": "开停车检修",
    "device": "设备异常",
    "weather": "气象影响",
    "not_found": "未查到来源",
    "other": "其他",
}

"""What each event is called, and what it asks of who reads it: one row an action, Chinese and English."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from alerts.handling.stage import ENDED


class Phrase(NamedTuple):
    """`title` is "" where the kind of the alert has words of its own; `ask` is "" where nothing is to be done."""

    title_zh: str
    title_en: str
    ask_zh: str = ""
    ask_en: str = ""


TAKE = ("请接警并派单", "take it and dispatch")
NOTHING = ("无需再处理", "nothing more to do")

PHRASES: Mapping[str, Phrase] = {
    "opened": Phrase("", "", *TAKE),
    "closed": Phrase("", "", *NOTHING),
    "raised": Phrase("升级", "Severity raised", "已加重，请加快处置", "it has become worse: speed up"),
    "rung": Phrase(
        "无人接警", "Nobody has taken it", "请立即接警，或督促值班员", "take it now, or see that it is taken"
    ),
    "lapse": Phrase("接警超时", "Acknowledgement lapsed", "无后续动作，请重新接警", "nothing was done: take it again"),
    "release": Phrase("放回待接", "Put back", *TAKE),
    "acknowledge": Phrase("已接警", "Taken", "已有人处理", "somebody has it"),
    "dispatch": Phrase("派单", "Dispatched to you", "请接单或拒单，并赶往现场", "accept or decline, then go there"),
    "reassigned": Phrase("已改派", "Given to others", "您无需前往", "you need not go"),
    "unanswered": Phrase(
        "派单无人确认", "Nobody confirms the dispatch", "请电话联系或改派", "telephone, or send others"
    ),
    "unstaffed": Phrase("该队无人在岗", "Nobody of that team on duty", "请改派", "send others"),
    "decline": Phrase("拒单", "Declined", "请改派", "send others"),
    "report": Phrase("已查明", "Reported from the site", "请决定整改或销号", "order rectification, or close"),
    "rectify": Phrase("整改", "Rectification", "请按期整改", "see that it is put right in time"),
    "verify": Phrase("核实", "Verified", "请签字销号", "sign off"),
    "propose": Phrase("提议销号", "Closing proposed", "请审核并签字销号", "check and sign off"),
    "close": Phrase("已销号", "Closed", *NOTHING),
    "false-alarm": Phrase("误报", "False alarm", *NOTHING),
    "reopen": Phrase("重新打开", "Reopened", *TAKE),
    "recheck": Phrase("回头看未通过", "Not in order when looked at again", *TAKE),
    "recheck-due": Phrase("回头看到期", "To be looked at again", "请到现场回头看", "look again on the spot"),
    "merge": Phrase("已合并", "Merged", "请在合并后的告警中处理", "go on in the alert that it is now part of"),
    "split": Phrase("已拆分", "Split", *TAKE),
    "breach": Phrase("超时", "Overdue", "已超时限，请立即处理", "beyond its time limit: act now"),
    "handover": Phrase("交接待接收", "Handover to accept", "请接收交接", "accept the handover"),
}
# What is over the whole district or about the network sends nobody to a place.
ASK_OF_KIND: Mapping[str, tuple[str, str]] = {
    "regional": ("请会商研判，启动区域应急", "consult, and start the regional response"),
    "silence": ("请检查网络、网关和采集服务", "check network, gateway and ingest"),
}
_ASK_AT: Mapping[tuple[str, str], tuple[str, str]] = {
    ("rectify", "rectified"): ("已称整改完成，请核实", "it is said to be put right: verify"),
    ("verify", "rectifying"): ("核实未通过，请督促整改", "not put right: see that it is"),
}


def phrase_of(action: str) -> Phrase:
    """The row of an action; one that is not in the table stands for itself and asks nothing."""
    return PHRASES.get(action) or Phrase(action, action)


def ask_of(action: str, alert: Mapping[str, Any]) -> tuple[str, str]:
    """What is to be done now, in Chinese and in English: by the action, the kind and the stage of the alert."""
    phrase, stage = phrase_of(action), (alert.get("handling") or {}).get("stage", "")
    ask = (phrase.ask_zh, phrase.ask_en)
    if action == "closed" and stage and stage not in ENDED:
        return "空气已恢复；在处理的请完成并报告", "the air is clean again; who is at it finishes and reports"
    if ask == TAKE:
        return ASK_OF_KIND.get(alert["kind"], ask)
    return _ASK_AT.get((action, stage), ask)

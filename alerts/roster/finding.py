"""Something about the coming roster that somebody should look at, and how to say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

Kind = Literal["gap", "leave", "doubled", "lapsed", "cuts", "clash", "rest", "stretch", "hours", "nights"]

WORDS: Mapping[Kind, tuple[str, str]] = {
    "gap": (
        "{span} {place}：{amount:g} 人在岗，应有 {limit:g} 人",
        "{place}: {amount:g} on duty, {limit:g} needed, {span}",
    ),
    "leave": (
        "{span} {place}：{person} 请假，无人顶班",
        "{place}: {person} is on leave and nobody stands in, {span}",
    ),
    "doubled": (
        "{span} {place}：{person} 一人占两个席位，缺一人",
        "{place}: {person} has two seats at once, one person is missing, {span}",
    ),
    "lapsed": (
        "换班 {other} 未生效：{span} {person} 在 {place} 已没有班",
        "swap {other} has no effect: {person} has nothing on {place} any more, {span}",
    ),
    "cuts": (
        "换班 {other} 请核对：{span} {person} 在 {place} 的班次时间已变，只换了一部分",
        "swap {other}, please check: {person} has other hours on {place} now, only a part is swapped, {span}",
    ),
    "clash": (
        "{span} {person} 同时排在 {place} 和 {other}",
        "{person} is on {place} and on {other} at the same time, {span}",
    ),
    "rest": (
        "{person} 两班之间只休息 {amount:g} 小时，至少应 {limit:g} 小时（{span}，之后在 {place}）",
        "{person} has {amount:g} h of rest before {place}, at least {limit:g} h are due, {span}",
    ),
    "stretch": (
        "{person} 连续在岗 {amount:g} 小时，最多 {limit:g} 小时（{span}）",
        "{person} is on duty for {amount:g} h without rest, {limit:g} h at most, {span}",
    ),
    "hours": (
        "{person} 7 天内在岗 {amount:g} 小时，最多 {limit:g} 小时（{span}）",
        "{person} is on duty for {amount:g} h within 7 days, {limit:g} h at most, {span}",
    ),
    "nights": (
        "{person} 连续 {amount:g} 个夜班，最多 {limit:g} 个（{span}）",
        "{person} has {amount:g} nights in a row, {limit:g} at most, {span}",
    ),
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One finding: where, who, when; `amount` is what there is (people, hours, nights), `limit` what is right.

    `post` is the post, or the role where a whole role is meant; `other` the second post, or the swap.
    """

    start: datetime
    end: datetime
    kind: Kind
    post: str = ""
    person_id: str = ""
    amount: float = 0
    limit: float = 0
    other: str = ""

    def words(self, zone: tzinfo, names: Mapping[str, str] | None = None) -> dict[str, str]:
        """The finding in Chinese (`zh`) and English (`en`), times local; `names` of people where they are known."""
        said = {
            "span": f"{_local(self.start, zone)}–{_local(self.end, zone)}",
            "place": self.post,
            "person": (names or {}).get(self.person_id, self.person_id),
            "amount": round(self.amount, 1),
            "limit": self.limit,
            "other": self.other,
        }
        chinese, english = WORDS[self.kind]
        return {"zh": chinese.format(**said), "en": english.format(**said)}


def _local(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"

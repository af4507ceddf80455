"""Where synthetic matters happen: real districts, streets and main roads of Jinan, everything below them invented."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from samples.lines import names, table

SLOT: Final = re.compile(r"\{(\w+)\}")
CHOICE: Final = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
"""``[a|b|]`` in a wording: one of the parts is said."""
PLACED: Final = frozenset({
    "estate", "road", "cross", "village", "park", "school", "kinder", "hospital", "mall", "market", "site", "shop",
    "gym", "river", "metro", "firm",
})  # fmt: skip
"""Slots that say where; the first one of a text may carry the district or street before it."""
PER_STREET: Final = 5
"""Estates, villages, shops … per street; small enough that unrelated tickets share a place, as in real feeds."""


@dataclass(frozen=True, slots=True)
class Street:
    """A street or town (街道、镇) with what stands in it. ``agency`` runs it for the district (代管), or is empty."""

    district: str
    agency: str
    name: str
    stock: dict[str, tuple[str, ...]]


@dataclass(slots=True)
class Spot:
    """A place drawn for one issue: the street and the names already said of it, so that a chain keeps them."""

    street: Street
    said: dict[str, str] = field(default_factory=dict)

    @property
    def district(self) -> str:
        return self.street.district


def _pairs(rng: random.Random, head: str, tail: str, count: int) -> tuple[str, ...]:
    return tuple(rng.choice(names(head)) + rng.choice(names(tail)) for _ in range(count))


@cache
def streets() -> tuple[Street, ...]:
    """Every street of the city; the invented names are the same for every seed."""
    rng = random.Random("jinan")
    found: list[Street] = []
    heads, tails = names("estate_head"), names("estate_tail")
    estates = [head + tail for head in heads for tail in tails]
    rng.shuffle(estates)
    for row in table("streets"):
        rural = row["rural"].split()
        for name in row["streets"].split() + rural:
            own = [estates.pop() for _ in range(PER_STREET)] if len(estates) >= PER_STREET else [f"{name[:2]}佳苑"]
            short = name.removesuffix("街道").removesuffix("镇")
            stock: dict[str, tuple[str, ...]] = {
                "estate": tuple(own),
                "road": tuple(rng.sample(row["roads"].split(), min(4, len(row["roads"].split())))),
                "village": tuple(dict.fromkeys(_pairs(rng, "village_head", "village_tail", PER_STREET))),
                "river": tuple(rng.sample(names("river"), 2)),
                "metro": (rng.choice(names("metro")),),
                "shop": _pairs(rng, "shop_head", "shop_tail", PER_STREET),
                "gym": _pairs(rng, "gym_head", "gym_tail", 3),
                "firm": _pairs(rng, "firm_head", "firm_tail", 4),
                "site": _pairs(rng, "site_head", "site_tail", 3),
            }
            for kind in ("school", "kinder", "hospital", "mall", "market", "park"):
                stock[kind] = tuple(short + rng.choice(names(kind)) for _ in range(2))
            found.append(Street(row["district"], row["agency"], name, stock))
    return tuple(found)


@cache
def _weights() -> tuple[float, ...]:
    """City streets speak more than towns; 3 to 1 is a guess from population [P]."""
    return tuple(1.0 if one.name.endswith("镇") else 3.0 for one in streets())


def draw_spot(rng: random.Random, rural: bool = False) -> Spot:
    """A place by population; ``rural`` asks for the outer districts, where villages are."""
    if rural:
        return Spot(rng.choice([one for one in streets() if one.district not in ("历下区", "市中区", "槐荫区")]))
    return Spot(rng.choices(streets(), _weights())[0])


CLOCKS: Final = ("凌晨两点", "半夜一点多", "夜里十二点", "凌晨三点半", "晚上十一点")
SPANS: Final = ("半个月", "一个星期", "快一个月", "三四天", "两个多月", "十来天")


def _free(slot: str, rng: random.Random) -> str:
    """A slot that is drawn anew each time it is said: numbers, hours, sums."""
    match slot:
        case "n":
            return rng.choice("三四五六七八九")
        case "m":
            return str(rng.randint(11, 86))
        case "w":
            return rng.choice("一二三四五")
        case "amt":
            return f"{rng.randint(8, 98) * 100}元"
        case "days":
            return rng.choice(SPANS)
        case "temp":
            return str(rng.randint(11, 17))
        case "mon":
            return rng.choice(("两个月", "三个月", "四个月", "五个月", "半年", "一个多月"))
        case "y":
            return rng.choice("一二三五")
        case "clock":
            return rng.choice(CLOCKS)
        case "other":
            return rng.choice(names("other"))
        case _:
            raise KeyError(f"unknown slot {slot!r}")


def _placed(slot: str, spot: Spot, rng: random.Random) -> str:
    """A slot that stays the same for the whole issue."""
    if slot in spot.said:
        return spot.said[slot]
    stock = spot.street.stock
    match slot:
        case "cross":
            first, second = rng.sample(stock["road"], 2)
            value = f"{first}与{second}{rng.choice(('交叉口', '路口', '交汇处'))}"
        case "bld":
            value = f"{rng.randint(1, 28)}号楼" + (f"{rng.randint(1, 4)}单元" if rng.random() < 0.6 else "")
        case "bus":
            value = f"{'K' if rng.random() < 0.3 else ''}{rng.randint(1, 199)}"
        case _:
            value = rng.choice(stock[slot])
    spot.said[slot] = value
    return value


def fill(text: str, spot: Spot, rng: random.Random) -> str:
    """``text`` with its slots said; the first place carries its district or street about half of the time."""
    fresh = True

    def said(match: re.Match[str]) -> str:
        nonlocal fresh
        slot = match[1]
        if slot not in PLACED and slot not in ("bld", "bus"):
            return _free(slot, rng)
        value = _placed(slot, spot, rng)
        if slot == "estate" and not value.endswith(("小区", "宿舍")) and rng.random() < 0.35:
            value += "小区"
        if fresh and slot in PLACED:
            fresh = False
            chance = rng.random()
            before = spot.district if chance < 0.35 else spot.district + spot.street.name if chance < 0.5 else ""
            value = (before or (spot.street.name if chance < 0.58 else "")) + value
        return value

    chosen = CHOICE.sub(lambda match: rng.choice(match[1].split("|")), text)
    return SLOT.sub(said, chosen).replace("工地工地", "工地")


def place_of(spot: Spot) -> str:
    """The first place that was said of the spot; empty when none was."""
    return next((value for slot, value in spot.said.items() if slot in PLACED), "")


def address(spot: Spot, rng: random.Random) -> str:
    """The address column as an operator types it: fuller or shorter, sometimes empty."""
    if rng.random() < 0.12:
        return ""
    named = [spot.said[slot] for slot in spot.said if slot in PLACED] or [rng.choice(spot.street.stock["road"])]
    head = rng.choice(("山东省济南市", "济南市", "")) + spot.district
    return head + (spot.street.name if rng.random() < 0.7 else "") + named[0] + spot.said.get("bld", "")

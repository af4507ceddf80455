"""Callers that do not exist: titles, numbers of ranges that nobody has, and valid-looking private data for texts."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from samples.lines import names

PHONE_PREFIX: Final = "154"
"""No operator of China has been given 154 for people's phones (MIIT numbering plan), so no number reaches anybody."""
REGION: Final = "370199"
"""No such district in GB/T 2260, so no identity number belongs to anybody."""
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
"""Weights and check characters of GB 11643-1999."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller: ``name`` as the operator writes it, ``phone`` empty when withheld, ``full_name`` for texts."""

    name: str
    phone: str
    full_name: str


def draw_caller(rng: random.Random) -> Caller:
    """A new caller; 3 % are anonymous (name 匿名, no phone)."""
    surname = rng.choice(names("surname"))
    if rng.random() < 0.03:
        return Caller("匿名", "", "")
    title = rng.choice(("女士", "先生", "先生", "女士", "某", "大爷", "阿姨", "同学"))
    phone = PHONE_PREFIX + f"{rng.randrange(10**8):08d}"
    return Caller(surname + title, phone, surname + rng.choice(names("given")))


def identity(rng: random.Random) -> str:
    """An 18-digit identity number with its check digit."""
    body = f"{REGION}{rng.randint(1950, 2006)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randrange(1000):03d}"
    return body + _CHECK[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def plate(rng: random.Random) -> str:
    """A plate of Jinan with letters and digits."""
    return (
        "鲁A"
        + rng.choice(("", "·"))
        + "".join(rng.choice("0123456789QXYZ") for _ in range(4))
        + rng.choice("0123456789")
    )


def spoken(phone: str, rng: random.Random) -> str:
    """A phone number as speech recognition or a hasty typist leaves it."""
    match rng.randrange(4):
        case 0:
            return phone
        case 1:
            return f"{phone[:3]} {phone[3:7]} {phone[7:]}"
        case 2:
            return "".join("零幺二三四五六七八九"[int(digit)] for digit in phone)
        case _:
            return f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"


def private_words(caller: Caller, rng: random.Random) -> tuple[str, list[tuple[str, str]]]:
    """A clause with private data and what stands in it: (kind, value) pairs in the words of the masking room."""
    if not caller.phone:
        return "", []
    match rng.randrange(4):
        case 0:
            value = spoken(caller.phone, rng)
            return f"我的电话是{value}", [("mobile", value)]
        case 1:
            value = spoken(caller.phone, rng)
            return f"我叫{caller.full_name}，手机{value}", [("name", caller.full_name), ("mobile", value)]
        case 2:
            value = identity(rng)
            return f"身份证号{value}", [("id_card", value)]
        case _:
            value = plate(rng)
            return f"车牌{value}", [("plate", value)]

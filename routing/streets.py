"""Streets and towns (街道、镇、乡) of the anonymised messages, which no list of places holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

STREET: Final = re.compile(r"[一-龥]{1,4}?(?:街道|(?<![乡城村])镇|(?<!下)乡)(?![亲里镇下中村])")
LONE_STREET: Final = re.compile(
    r"(?:^|[\s,。,;的是在住:市县区])((?!我|本|各|全|该|乡|城|每|小|村|这|那|古|重|集|建)[一-龥]{1,3}"
    r"(?:街道(?=办|社区|政府|[一-龥]{1,3}(?:社区|小区|路))|(?:(?<![乡城村])镇|乡)(?=[一-龥]{1,4}村|政府|人民)))"
)
"""Without a place before it a street or town is believed only when an office, a village or an estate follows."""


def lettered_street(text: str, barriers: Sequence[int], ends: Sequence[int]) -> tuple[int, int] | None:
    """Span of the first …街道, …镇 or …乡 right after a lettered place, else of the first one that stands alone.

    ``ends`` are where such endings end; without one there is no street.
    """
    if not ends:
        return None
    for barrier in barriers:
        found = STREET.match(text, barrier)
        if found:
            return found.span()
    for end in ends:
        found = LONE_STREET.search(text, max(0, end - 6), end + 8)
        if found:
            return found.span(1)
    return None

"""A text as the maskers look at it: the same length, one spelling per character, so that offsets hold."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

_GLUE: Final = re.compile(r"&nbsp;|&#160;|&ensp;|&emsp;|_x000[DdAa9]_|</?(?:br|p|div|span|b|font)\b[^<>]{0,60}>")
"""What cleaning will turn into space; here it becomes spaces of the same length."""


@cache
def _table() -> dict[int, str]:
    """Half width, ASCII digits, simplified ideographs, one dash, one space; zero width becomes a space."""
    from opencc import OpenCC

    ideographs = list(map(chr, range(0x4E00, 0xA000)))
    simplified = OpenCC("t2s").convert("\n".join(ideographs)).split("\n")
    keep = "乾著藉瞭覆徵"  # ideographs that are also written so in simplified names and words
    table = {ord(a): b for a, b in zip(ideographs, simplified, strict=True) if a != b and len(b) == 1 and a not in keep}
    for point in range(0x80, 0x20000):
        char = chr(point)
        category = unicodedata.category(char)
        if category in ("Zs", "Cf", "Zl", "Zp") or 0xFE00 <= point <= 0xFE0F or point == 0x20E3:
            table[point] = " "
        elif category == "Pd":
            table[point] = "-"
        elif category in ("Nd", "No", "Po", "Ps", "Pe", "Sm", "Lu", "Ll", "So", "Pc", "Sk", "Nl"):
            plain = unicodedata.normalize("NFKC", char)
            if len(plain) == 1 and plain.isascii() and plain != char:
                table[point] = plain
    table.update({ord("\t"): " ", ord("\r"): " ", ord("−"): "-", ord("•"): "·", ord("・"): "·", ord("‧"): "·"})
    table.update({ord("，"): ",", ord("○"): "〇", ord("◯"): "〇", ord("Ｏ"): "O", ord("○"): "〇", ord("﹒"): "."})
    return table


_COMMON: Final = tuple(zip("，：（）；！？\t\u3000\xa0", ",:();!?   ", strict=True))


def view(text: str) -> str:
    """``text`` for the maskers, same length: ``（０５３１）`` is ``(0531)``, 張 is 张, ``&nbsp;`` is six spaces."""
    if "&" in text or "_x000" in text or "<" in text:
        text = _GLUE.sub(lambda found: " " * len(found.group()), text)
    for mark, plain in _COMMON:  # str.replace is fast; most texts need nothing else
        text = text.replace(mark, plain)
    odd = _odd().search(text)
    return text if odd is None else text.translate(_table())


@cache
def _odd() -> re.Pattern[str]:
    # single characters beyond the first plane would make the class a list that is searched one by one
    plane = "".join(re.escape(chr(point)) for point in _table() if point < 0x10000)
    return re.compile(f"[{plane}\U00010000-\U0001ffff]")

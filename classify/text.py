"""Text (文本) as the rest of the house reads it: :func:`clean` for keeping and showing, :func:`fold` for matching.

``clean`` undoes what exports and web forms put into complaints (the traps of the field: tabs and newlines, odd spaces,
``_x000D_``, HTML entities, long URLs, doubled place suffixes) and changes no wording; traditional characters stay.
``fold`` maps character by character and keeps the length, so offsets found in folded text hold in the unfolded one.
"""

from __future__ import annotations

import html
import re
import sys
import unicodedata
from functools import cache

CHINESE_PUNCTUATION = ",!?:;()~「」『』【】〔〕《》〈〉、。".translate(str.maketrans(",!?:;()~", "，！？：；（）～"))
"""Kept by ``clean`` where NFKC would turn it into ASCII: people read these texts."""

_SPACE, _NEWLINE, _NOTHING = " ", "\n", None
_LOST = "\N{REPLACEMENT CHARACTER}"


@cache
def _clean_table() -> dict[int, str | None]:
    """Per character: NFKC where that is one letter, digit, sign or ideograph; odd spaces; nothing for zero width."""
    table: dict[int, str | None] = {}
    kept = set(CHINESE_PUNCTUATION)
    for point in range(0x110000):
        char = chr(point)
        category = unicodedata.category(char)
        if category in ("Cc", "Zl", "Zp"):
            table[point] = _NEWLINE if char in "\n\x0b\x0c\r\x85\u2028\u2029" else _SPACE
        elif category == "Zs":
            table[point] = _SPACE
        elif category == "Cf" or 0xFE00 <= point <= 0xFE0F:
            table[point] = _NOTHING
        elif category == "Cs":
            table[point] = _LOST  # a lone surrogate cannot be written as UTF-8
        elif char not in kept and category not in ("No", "Mn", "Mc", "Cn", "Co"):
            plain = unicodedata.normalize("NFKC", char)
            if plain != char and len(plain) == 1 and not plain.isspace():
                table[point] = plain
    table.pop(ord("\n"), None)
    table.pop(ord(" "), None)
    return table


@cache
def _odd() -> re.Pattern[str]:
    """Any character that the table changes; beyond the first plane all, because such a class would be slow."""
    plane = "".join(re.escape(chr(point)) for point in _clean_table() if point < 0x10000)
    return re.compile(f"[{plane}\U00010000-\U0010ffff]")


_USUAL = (("\t", " "), ("\r", "\n"), ("\xa0", " "), ("\u3000", " "), ("\u200b", ""))
"""Noise of nearly every export; ``str.replace`` is much faster than a table."""
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_EXCEL = re.compile(r"_x00(?:0[0-9A-Fa-f]|1[0-9A-Fa-f])_")
_TAG = re.compile(r"</?(?:br|p|div|span|font|b|strong|a|img|table|tr|td|tbody)\b[^<>]{0,300}>", re.IGNORECASE)
_URL = re.compile(
    r"(?<![A-Za-z])(https?://[A-Za-z0-9.\-]{1,100}(?::[0-9]{1,5})?)/[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{2,}"
)
_DOUBLED = re.compile(r"(?<![A-Za-z0-9])([A-Z][0-9]{0,3}([省市州县区镇乡]))\2+(?![城委政长里府直级属民容场域内外中人])")
"""``L10县县`` is ``L10县``; ``A市市民``, ``A7县县城`` are words. Only after codes of places: 济南市市中区 is right."""
_BLANK_LINES = re.compile(r" *\n[\n ]*")
_BLANKS = re.compile(r" {2,}")


def clean(text: str) -> str:
    """``text`` with the noise of exports removed: one space, one newline between paragraphs, half-width letters.

    Cleaning twice is cleaning once. Nothing is cut: a text of 100,000 characters keeps its words.
    """
    while True:
        cleaned = _clean_once(text)
        # entities and escapes may be nested (&amp;nbsp;); everything else is stable after one pass
        if cleaned == text or not ("&" in cleaned or "_x00" in cleaned or "<" in cleaned or "://" in cleaned):
            return cleaned
        text = cleaned


def _clean_once(text: str) -> str:
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
    if "_x00" in text:
        text = _EXCEL.sub("\n", text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    for noise, plain in _USUAL:
        if noise in text:
            text = text.replace(noise, plain)
    if _odd().search(text):
        if not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
        text = text.translate(_clean_table())
    if "://" in text:
        text = _URL.sub(r"\1/…", text)
    if _DOUBLED.search(text):
        text = _DOUBLED.sub(r"\1", text)
    if "\n" in text:
        text = _BLANK_LINES.sub("\n", text)
    if "  " in text:
        text = _BLANKS.sub(" ", text)
    return text.strip(" \n")


def one_line(text: str) -> str:
    """A cleaned text on one line, for titles and names."""
    return clean(text).replace("\n", " ")


@cache
def _fold_table() -> dict[int, str]:
    """Traditional to simplified by OpenCC's character table, full width to half width, ASCII upper to lower."""
    from opencc import OpenCC

    ideographs = [*map(chr, range(0x3400, 0x4DC0)), *map(chr, range(0x4E00, 0xA000))]
    simplified = OpenCC("t2s").convert("\n".join(ideographs)).split("\n")
    table = {ord(old): new for old, new in zip(ideographs, simplified, strict=True) if old != new and len(new) == 1}
    for point in range(sys.maxunicode + 1):
        plain = unicodedata.normalize("NFKC", chr(point)) if 0xFF01 <= point <= 0xFFEE else chr(point)
        if point > 0xFFEE:
            break
        if len(plain) == 1 and plain.isascii() and plain.lower() != chr(point):
            table[point] = plain.lower()
    return table


def fold(text: str) -> str:
    """``text`` for matching: simplified, half width, lower case; the same length, so offsets hold."""
    return text.translate(_fold_table())

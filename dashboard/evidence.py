"""Evidence in the text (依据高亮): ticket text as escaped HTML with the spans that spoke for the class marked."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

TAG: Final = re.compile(r"〔[^〔〕\n]{1,12}〕")
"""A masked value, as classify.masking writes it."""
LONG: Final = 6000
"""Characters of a ticket shown at once; the rest is counted and can be opened."""


def spans_of(evidence: Iterable[Mapping[str, Any]], field: str) -> list[tuple[int, int, float]]:
    """Start, end and weight of the spans of one field, in order; broken ones are dropped."""
    found = []
    for one in evidence:
        if one.get("field") != field:
            continue
        start, end = one.get("start"), one.get("end")
        if isinstance(start, int) and isinstance(end, int) and 0 <= start < end:
            found.append((start, end, float(one.get("weight") or 0.0)))
    return sorted(found)


def merged(spans: Iterable[tuple[int, int, float]], length: int) -> list[tuple[int, int, float]]:
    """Spans inside a text of ``length`` characters with overlaps joined; the joined weight is the larger."""
    out: list[tuple[int, int, float]] = []
    for start, end, weight in sorted(spans):
        end = min(end, length)
        if start >= end:
            continue
        if out and start <= out[-1][1]:
            last = out[-1]
            out[-1] = (last[0], max(last[1], end), max(last[2], weight))
        else:
            out.append((start, end, weight))
    return out


def highlight(text: str, spans: Iterable[tuple[int, int, float]], limit: int = LONG) -> str:
    """HTML of ``text`` with the spans in <mark> and masked values in <i>. Offsets are code points of ``text``."""
    cut = text[:limit]
    parts, at = [], 0
    for start, end, weight in merged(spans, len(cut)):
        parts.append(_plain(cut[at:start]))
        parts.append(f'<mark title="判断依据,权重 {weight:.2f}">{_plain(cut[start:end])}</mark>')
        at = end
    parts.append(_plain(cut[at:]))
    return "".join(parts)


def _plain(text: str) -> str:
    out, at = [], 0
    for found in TAG.finditer(text):
        out.append(html.escape(text[at : found.start()]))
        out.append(f"<i>{html.escape(found.group())}</i>")
        at = found.end()
    out.append(html.escape(text[at:]))
    return "".join(out)

"""The few building blocks of every page: theme, headings, pills, tables, bars, empty and error states.

Everything that came from a ticket or a person passes :func:`esc`; nothing here is read as Markdown.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import streamlit as st

from classify.ticket import SHANGHAI

STYLE: Final = (Path(__file__).with_name("data") / "theme.css").read_text(encoding="utf-8")
LIGHT: Final = {
    "bg": "#F5F6F8", "card": "#FFFFFF", "ink": "#1B2430", "muted": "#55606E", "line": "#D5DAE1", "field": "#8A94A1",
    "accent": "#1F5F8B", "on": "#FFFFFF", "soft": "#E7F0F6", "focus": "#6FA3C7",
    "mark": "#FFF1C4", "markline": "#B98400",
    "red": "#A61B14", "redbg": "#FCEDEB", "orange": "#8A4B00", "orangebg": "#FDF1E1", "yellow": "#6E5800",
    "yellowbg": "#FBF6DC", "green": "#1E6B3A", "greenbg": "#E8F4EC",
}  # fmt: skip
DARK: Final = {
    "bg": "#14181D", "card": "#1C222A", "ink": "#E6EAEF", "muted": "#A9B4C0", "line": "#38424E", "field": "#77838F",
    "accent": "#7FB8E0", "on": "#0E1419", "soft": "#1D2F3C", "focus": "#4C7FA3",
    "mark": "#4A3B0E", "markline": "#E0B84A",
    "red": "#FF9E94", "redbg": "#3A1E1B", "orange": "#F5B36B", "orangebg": "#38290F", "yellow": "#E6CC62",
    "yellowbg": "#322C10", "green": "#86CFA0", "greenbg": "#17301F",
}  # fmt: skip
"""Every text colour reaches 4.5:1 on card, bg and its own tint; tests/dashboard/test_widgets.py reckons it."""
LEVEL_PILL: Final = {"红": "red", "橙": "orange", "黄": "yellow", "蓝": "blue"}
URGENCY_PILL: Final = {"特急": "red", "紧急": "orange"}


class Bar(NamedTuple):
    """One bar: what it is called, how many now and before (None: not known), and the act of a click."""

    label: str
    count: int
    before: float | None = None
    act: str | None = None


def esc(text: object) -> str:
    """Text for HTML; None is a dash."""
    return "—" if text is None or text == "" else html.escape(str(text), quote=True)


def show(markup: str) -> None:
    """Put markup on the page (Streamlit sanitises it once more); nothing for an empty text."""
    if markup.strip():
        st.html(markup)


def theme() -> None:
    """Emit the style of this run: the variables follow the theme that the person chose, or the system's until known."""
    kind = st.context.theme.type
    if kind in ("light", "dark"):
        roots = f":root{{{_variables(DARK if kind == 'dark' else LIGHT)}}}"
    else:
        roots = f":root{{{_variables(LIGHT)}}}@media(prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"
    st.html(f"<style>{roots}{STYLE}</style>")


def _variables(colours: Mapping[str, str]) -> str:
    return "".join(f"--j-{name}:{value};" for name, value in colours.items())


def watermark(who: str, moment: datetime) -> None:
    """The person and the time, faint, over the whole page: a photograph of the screen says whose it was (§6.2)."""
    line = html.escape(f"{who} {local(moment):%Y-%m-%d %H:%M}")
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="340" height="190">'
        '<text x="20" y="150" transform="rotate(-22 20 150)" font-size="15" fill="#7A8794" '
        f'font-family="sans-serif">{line}</text></svg>'
    )
    style = f"background-image:url(data:image/svg+xml,{quote(picture)})"
    show(f'<div class="j-mark" aria-hidden="true" style="{style}"></div>')


def local(moment: datetime) -> datetime:
    """The moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI)


def when(moment: datetime | None, now: datetime | None = None) -> str:
    """``09:24`` today, ``11-22 09:24`` this year, with the year otherwise; a dash for None."""
    if moment is None:
        return "—"
    here = local(moment)
    if now is not None and here.date() == local(now).date():
        return f"今天 {here:%H:%M}"
    if now is not None and here.year == local(now).year:
        return f"{here:%m-%d %H:%M}"
    return f"{here:%Y-%m-%d %H:%M}"


def span(length: timedelta) -> str:
    """A length of time in two units at most: ``3 天 4 小时``, ``40 分钟``."""
    minutes = max(int(abs(length).total_seconds() // 60), 0)
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    if days >= 10 or (days and not hours):
        return f"{days} 天"
    if days:
        return f"{days} 天 {hours} 小时"
    if hours:
        return f"{hours} 小时" + (f" {minutes} 分" if hours < 6 and minutes else "")
    return f"{minutes} 分钟"


def due_pill(due: datetime | None, now: datetime, short: bool = False) -> str:
    """How long is left, as a pill: red when over, orange within a day. ``short``: the larger unit only."""
    if due is None:
        return ""
    left = due - now
    length = " ".join(span(left).split(" ")[:2]) if short else span(left)
    if left < timedelta(0):
        return pill(f"超 {length}" if short else f"已超 {length}", "red")
    return pill(f"剩 {length}", "orange" if left < timedelta(days=1) else "")


def pill(text: str, colour: str = "") -> str:
    """A small label."""
    return f'<span class="j-pill {colour}">{esc(text)}</span>'


def key(cap: str) -> str:
    """A key cap."""
    return f'<kbd class="j-key">{esc(cap)}</kbd>'


def heading(title: str, note: str = "") -> None:
    """The page's one h1 with a note beside it."""
    show(f'<div class="j-h1"><h1>{esc(title)}</h1><p>{esc(note) if note else ""}</p></div>')


def button(text: str, act: str, cap: str = "", kind: str = "") -> str:
    """A button that the keyboard component turns into the event ``act``."""
    caps = key(cap) if cap else ""
    return f'<button type="button" class="j-btn {kind}" data-act="{esc(act)}">{esc(text)}{caps}</button>'


def link(text: object, act: str) -> str:
    """A text that opens something."""
    return f'<button type="button" class="j-link" data-act="{esc(act)}">{esc(text)}</button>'


def kpi(label: str, value: str, note: str = "", act: str | None = None, colour: str = "") -> str:
    """A figure with its name above and its base below; it opens the tickets behind it when it has an act."""
    inner = (
        f'<div class="l">{esc(label)}</div><div class="v {colour}">{esc(value)}</div>'
        f'<div class="d">{esc(note) if note else "&nbsp;"}</div>'
    )
    if act is None:
        return f'<div class="j-kpi flat">{inner}</div>'
    return f'<button type="button" class="j-kpi" data-act="{esc(act)}">{inner}</button>'


def bars(rows: Sequence[Bar], *, unit: str = "件") -> str:
    """Horizontal bars; the dark tick is the same stretch before."""
    if not rows:
        return '<p class="j-muted">这段时间没有数据。</p>'
    most = max(max(row.count, row.before or 0) for row in rows) or 1
    out = []
    for row in rows:
        name = link(row.label, row.act) if row.act else esc(row.label)
        tick = f'<em style="left:{min(row.before / most * 100, 99.5):.1f}%"></em>' if row.before is not None else ""
        change = f' <span class="j-muted">{_change(row.count, row.before)}</span>' if row.before is not None else ""
        out.append(
            f'<div>{name}</div><div class="b"><span style="width:{row.count / most * 100:.1f}%"></span>{tick}</div>'
            f'<div class="j-num j-right">{row.count:,} {unit}{change}</div>'
        )
    return f'<div class="j-bars">{"".join(out)}</div>'


def _change(count: int, before: float) -> str:
    difference = count - round(before)
    return "持平" if difference == 0 else f"{'+' if difference > 0 else '−'}{abs(difference):,}"


def share(part: int, whole: int) -> str:
    """``12.3%(37/301)``: a rate is never shown without its base; a dash when there is none."""
    return f"{part / whole:.1%}({part:,}/{whole:,})" if whole else "—(0/0)"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], numeric: Iterable[int] = ()) -> str:
    """A table of ready markup: cells are escaped by the caller. ``numeric``: column numbers set to the right."""
    right = set(numeric)
    head = "".join(f'<th scope="col"{_num(i in right)}>{esc(name)}</th>' for i, name in enumerate(headers))
    body = "".join(
        "<tr>" + "".join(f"<td{_num(i in right)}>{cell}</td>" for i, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return f'<table class="j-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _num(yes: bool) -> str:
    return ' class="num"' if yes else ""


def card(title: str, note: str, body: str) -> str:
    """A section with its h2, a note beside it, and ready markup below."""
    small = f" <small>{esc(note)}</small>" if note else ""
    return f'<section class="j-card"><h2 class="j-h2">{esc(title)}{small}</h2>{body}</section>'


def part(title: str, note: str = "", *, rule: bool = True) -> str:
    """A heading inside a card, with a line above."""
    small = f" <small>{esc(note)}</small>" if note else ""
    line = '<hr class="j-rule">' if rule else ""
    return f'{line}<h3 class="j-h2">{esc(title)}{small}</h3>'


def list_row(act: str, title: str, details: Iterable[str], current: bool = False) -> str:
    """A line of a list that opens something: ``title`` and ``details`` are ready markup; empty details fall out."""
    here = ' aria-current="true"' if current else ""
    told = "".join(one if one.startswith("<") else f"<span>{one}</span>" for one in details if one)
    return (
        f'<button type="button" class="j-q" data-act="{esc(act)}"{here}>'
        f'<span class="t">{title}</span><span class="m">{told}</span></button>'
    )


def empty(title: str, body: str = "") -> str:
    """The state with nothing to show: what it means, and what to do next."""
    return f'<div class="j-card j-empty"><b>{esc(title)}</b>{esc(body) if body else ""}</div>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Name and value, value as ready markup."""
    return '<dl class="j-facts">' + "".join(f"<dt>{esc(name)}</dt><dd>{value}</dd>" for name, value in pairs) + "</dl>"


def steps(rows: Iterable[tuple[str, str]]) -> str:
    """A chain in time: moment and ready markup."""
    lines = "".join(f"<li><time>{esc(moment)}</time><div>{what}</div></li>" for moment, what in rows)
    return f'<ol class="j-steps">{lines}</ol>'


def toast(text: str, bad: bool = False) -> str:
    """What just happened, in one line; screen readers say it."""
    return f'<span class="j-toast{" bad" if bad else ""}" role="{"alert" if bad else "status"}">{esc(text)}</span>'


def json_list(value: Any) -> list[Any]:
    """A JSON list that may arrive parsed or as text; anything else is empty."""
    import json

    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return []
    return list(value) if isinstance(value, list | tuple) else []

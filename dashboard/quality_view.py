"""Parts of the quality page (质量): drift, acceptance by class, samples and the model card as markup."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Final

from dashboard.widgets import card, esc, pill, share, table
from warehouse.spot_checks import Precision, SampleResult
from warehouse.views import Drift
from warehouse.views.drift import MOVED, WATCH
from warehouse.views.progress import ClassAcceptance

COLOURS: Final = {"平稳": "green", "关注": "yellow", "漂移": "red", "数据不足": ""}
LANES: Final = {"auto": "可直派", "review": "待审", "forced": "须人工"}
LEAST: Final = 10
"""Decisions under which a class's rate is printed in grey: one ticket would move it by ten points."""
MOVES: Final = 3
"""Values named beside a drift: the ones that moved most."""


def interval(one: Precision) -> str:
    """``97.0%(97/100)`` with its interval below; a dash with nothing judged."""
    if one.low is None or one.high is None:
        return '<span class="j-muted">未复核</span>'
    return f'{share(one.right, one.judged)} <span class="j-muted">95% 区间 {one.low:.1%}–{one.high:.1%}</span>'


def drifts(found: Sequence[Drift], said: str) -> str:
    """One line a mix: how far it moved, what moved most, and what that says."""
    rows = []
    for one in found:
        moved = "、".join(
            f"{esc(LANES.get(name or '', name) if name else '空缺')} "
            f'<span class="j-nw j-muted">{before / one.before:.1%} → {now / one.now:.1%}</span>'
            for name, now, before in one.parts[:MOVES]
            if one.now and one.before
        )
        number = "—" if one.psi is None else f"{one.psi:.3f}"
        chance = "—" if one.by_chance is None else f"{one.by_chance:.3f}"
        rows.append([esc(one.name), pill(one.state, COLOURS[one.state]), number, chance, moved or "—"])
    note = (
        f"PSI 不足 {WATCH} 为平稳,{WATCH}–{MOVED} 关注,{MOVED} 以上为漂移;不超过偶然线(99%)的一律算平稳。"
        "季节也会改变构成:漂移提示去看,不等于模型变差。"
    )
    head = ("构成", "状态", "PSI", "偶然线", "变化最大")
    return card("漂移", said, table(head, rows, (2, 3)) + f'<p class="j-muted j-foot">{note}</p>')


def classes(found: Sequence[ClassAcceptance], said: str) -> str:
    """Acceptance of each class with its bases."""
    if not found:
        return card("各类采纳", said, '<p class="j-muted">这段时间还没有人工决定的工单。</p>')
    rows = []
    for one in found:
        taken = one.taken
        cells = [
            share(taken.category_kept, taken.decided),
            share(taken.first, taken.offered),
            share(taken.among, taken.offered),
        ]
        few = taken.decided < LEAST
        rows.append(
            [esc(one.level1 or "未留存研判"), f"{taken.decided:,}"]
            + [f'<span class="j-muted">{cell}</span>' if few else cell for cell in cells]
        )
    note = f"不足 {LEAST} 件的灰显;分类保留=人工未改分类,首选采纳=采用第一个推荐单位,前三命中=采用三个推荐之一。"
    head = ("机器分类", "已决定", "分类保留", "首选采纳", "前三命中")
    return card("各类采纳", said, table(head, rows, range(1, 5)) + f'<p class="j-muted j-foot">{note}</p>')


def samples(found: Sequence[SampleResult]) -> str:
    """Precision measured by people, sample by sample."""
    if not found:
        body = '<p class="j-muted">还没有抽查。审核员或督办员在“抽查”里抽样复核后,这里给出实测准确率与区间。</p>'
        return card("抽查实测", "", body)
    rows = [
        [
            esc(one.title), f"{one.by_class.judged:,}/{one.drawn:,}", interval(one.by_class), interval(one.by_unit),
        ]
        for one in found
    ]  # fmt: skip
    return card("抽查实测", "由人重读,Wilson 区间", table(("样本", "已复核", "分类正确", "首选单位正确"), rows, (1,)))


def markdown(text: str) -> str:
    """The headings, tables, lists and paragraphs of a model card as markup; everything else of Markdown stays text."""
    out: list[str] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.splitlines()
        if lines[0].startswith("#"):
            level = min(len(lines[0]) - len(lines[0].lstrip("#")), 3)
            out.append(f'<h{level + 1} class="j-h2">{_words(lines[0].lstrip("# "))}</h{level + 1}>')
            lines = lines[1:]
        if not lines:
            continue
        if all(line.startswith("|") for line in lines):
            cells = [[one.strip() for one in line.strip("|").split("|")] for line in lines]
            body = [row for row in cells[1:] if not all(set(one) <= set("-: ") for one in row)]
            out.append(table([html.unescape(one) for one in cells[0]], [[_words(one) for one in row] for row in body]))
        elif all(line.startswith("- ") for line in lines):
            out.append("<ul>" + "".join(f"<li>{_words(line[2:])}</li>" for line in lines) + "</ul>")
        else:
            out.append("<p>" + "<br>".join(_words(line) for line in lines) + "</p>")
    return f'<article class="j-card j-prose">{"".join(out)}</article>'


def _words(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text))

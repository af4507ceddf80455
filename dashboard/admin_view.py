"""Tables of the administration page (系统管理): accounts, packs, nights, imports, quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from dashboard.admin_work import Checked
from dashboard.widgets import button, card, empty, esc, link, part, pill, table, when
from warehouse.accounts import Account
from warehouse.controls import Setting
from warehouse.pack_publish import Candidate, Published

STATUS: Final = {"done": ("完成", "green"), "failed": ("失败", "red"), "running": ("进行中", "blue")}
STAGES: Final = {
    "retriage": "重研判", "link": "重关联", "detect": "预警", "measure": "指标", "report": "日报",
}  # fmt: skip
PROBLEMS: Final = 40
"""Problems of a pack that are listed; the rest is counted."""


def people(found: Sequence[Account], current: str | None) -> str:
    """Accounts; a name opens its form."""
    rows = [
        [
            link(one.name, f"edit:{one.name}") + (" " + pill("编辑中", "blue") if one.name == current else ""),
            esc(one.title), esc(one.role_title), _names(one.areas), _names(one.units),
            pill("启用", "green") if one.active else pill("停用", "red"),
        ]
        for one in found
    ]  # fmt: skip
    headers = ("用户名", "姓名", "岗位", "区域", "单位", "状态")
    return card("账号", f"{len(rows)} 个;点用户名变更", f'<div class="j-scroll">{table(headers, rows)}</div>')


def _names(chosen: frozenset[str] | None) -> str:
    return "全部" if chosen is None else esc("、".join(sorted(chosen)) or "无")


def packs(found: Sequence[Candidate], used: Published, now: datetime) -> str:
    """Packs that may be published."""
    rows = []
    for one in found:
        here = one.hash == used.hash
        state = pill("使用中", "green") if here else pill("打不开", "red") if one.fault else ""
        rows.append(
            [
                esc(one.source), esc(one.title), "城市自备" if one.own else "随产品",
                f'<span class="j-num">{esc(one.hash)}</span>', state, button("检查", f"check:{one.source}"),
            ]
        )  # fmt: skip
    by = f"由 {used.by} 于 {when(used.at, now)} 发布" if used.by else "按设置 JIESU_PACK,尚未在本页发布过"
    note = f"使用中:{used.title} {used.hash};{by}"
    return card("城市包", note, table(("来源", "名称", "出处", "内容哈希", "状态", "操作"), rows))


def checked(told: Checked) -> str:
    """What the check said: the problems, or the differences."""
    if told.problems:
        lines = "".join(f"<li>{esc(one)}</li>" for one in told.problems[:PROBLEMS])
        rest = len(told.problems) - PROBLEMS
        more = f'<p class="j-muted">另有 {rest} 处</p>' if rest > 0 else ""
        return f"{part(f'{told.source} 有 {len(told.problems)} 处问题,不能发布', rule=False)}<ul>{lines}</ul>{more}"
    head = part(f"{told.source} 检查通过", "与使用中的城市包逐表比较", rule=False)
    if not told.changes:
        return f'{head}<p class="j-muted">各表内容与使用中的相同。</p>'
    rows = []
    for one in told.changes:
        lines = "".join(f'<div class="j-diff">{esc(sign)} {esc(text[:160])}</div>' for sign, text in one.examples)
        rows.append([f'<span class="j-nw">{esc(one.file)}</span>', f"+{one.added:,}", f"−{one.removed:,}", lines])
    return head + table(("表", "增", "减", "例"), rows, (1, 2))


def control(one: Setting, now: datetime) -> str:
    """One figure as it stands."""
    limits = f"可设 {one.control.low:g} 到 {one.control.high:g}"
    value = f"{one.value:g}" if one.value is not None else one.control.shipped
    by = f"{esc(one.set_by)} {esc(when(one.set_at, now))}" if one.set_by else "缺省"
    return (
        f'<h2 class="j-h2">{esc(one.control.title)} <small>现为 <b>{esc(value)}</b>({by});{limits}</small></h2>'
        f'<p class="j-muted" style="margin:0">{esc(one.control.help)}</p>'
    )


def stages(found: Sequence[Any], now: datetime) -> str:
    """The nightly run."""
    if not found:
        return empty("夜间任务还没有运行过", "用 jiesu nightly 运行,或按 prefect.yaml 的计划自动运行。")
    rows = [
        [
            esc(str(one.day)), esc(STAGES.get(one.stage, one.stage)), pill(*STATUS.get(one.status, (one.status, ""))),
            esc("、".join(f"{name} {value}" for name, value in one.details.items()) or one.progress),
            esc(when(one.started_at, now)), esc(when(one.ended_at, now)), str(one.tries),
        ]
        for one in found
    ]  # fmt: skip
    headers = ("日期", "阶段", "状态", "结果", "开始", "结束", "次数")
    note = "失败的阶段再运行一次 jiesu nightly 即从断点接着做"
    return card("夜间任务", note, table(headers, rows, (6,)))


def imports(found: Sequence[Any], now: datetime) -> str:
    """What came in."""
    if not found:
        return empty("还没有导入记录", "用 jiesu ingest 导入工单或事件。")
    rows = [
        [
            esc(when(one.started_at, now)), pill("完成", "green") if one.ended_at else pill("未完成", "orange"),
            esc(one.source or one.batch_id),
            *(f"{value:,}" for value in (
                one.rows_read, one.rows_new, one.rows_changed, one.rows_same, one.rows_rejected, one.rows_triaged)),
        ]
        for one in found
    ]  # fmt: skip
    headers = ("时间", "状态", "来源", "读入", "新增", "变更", "相同", "隔离", "研判")
    return card("导入", f"最近 {len(rows)} 批", table(headers, rows, range(3, 9)))


def quarantine(found: Any) -> str:
    """Rows that could not be read; values are masked."""
    if not found.rows:
        return empty("隔离区是空的", "读不进来的行会列在这里,并说明文件、行号和原因。")
    rows = [
        [
            esc(one.file_name), esc(one.row_no), esc(one.field_name), esc(one.given), esc(one.reason),
            esc(one.allowed), str(one.seen),
        ]
        for one in found.rows
    ]  # fmt: skip
    headers = ("文件", "行", "字段", "值(已脱敏)", "原因", "应为", "次数")
    return card("隔离区", f"共 {found.total:,} 行未处理", table(headers, rows, (6,)))

"""报告: 日报, 周报, 月报 and 专报 as they will be printed, with buttons for .docx and .xlsx; downloads are logged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

import streamlit as st

from classify.ticket import HotlineError
from dashboard import access, connect, report_work, widgets
from dashboard.keyboard import keyboard
from dashboard.report_view import paper_view
from dashboard.widgets import local

who = access.require("reports")

KINDS: Final = {"日报": "daily", "周报": "weekly", "月报": "monthly", "专报": "topic"}
SPANS: Final = {"daily": "当天", "weekly": "所在周", "monthly": "所在月"}
FORMS: Final = {
    ".docx": ("下载 Word(.docx)", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".xlsx": ("下载 Excel(.xlsx)", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def asked(kind: Any, day: Any, more: Any) -> report_work.Request | None:
    """What the boxes ask for, drawn into three columns; None while the days are not chosen yet."""
    today = local(who.now).date()
    name = kind.segmented_control("报告种类", list(KINDS), default="日报", key="report_kind", required=True)
    chosen = KINDS[name or "日报"]
    if chosen != "topic":
        picked = day.date_input(
            f"报告日({SPANS[chosen]})", today - timedelta(days=1), key="report_day", max_value=today
        )
        return report_work.Request(chosen, picked, today) if isinstance(picked, date) else None
    title = day.selectbox("专题", [one.name for one in report_work.themes()], key="report_topic")
    yesterday = today - timedelta(days=1)
    span = more.date_input("起止日", (today - timedelta(days=30), yesterday), key="report_span", max_value=today)
    whole = isinstance(span, tuple) and len(span) == 2
    return report_work.Request("topic", span[1], today, since=span[0], topic=title) if whole and title else None


def download(request: report_work.Request, ending: str) -> Callable[[], bytes]:
    """The file, made and logged when the button is pressed."""
    return partial(report_work.made, who.scope, request, ending)


def draw() -> None:
    """The page."""
    widgets.heading("报告", "数字与页面同源,每个比率附分子分母;下载留痕")
    kind, day, more, *buttons = st.columns([2.6, 2.4, 2.6, 2, 2], gap="small", vertical_alignment="bottom")
    request = asked(kind, day, more)
    if request is None:
        widgets.show(widgets.empty("请选好起止日", "专报需要起始日和截止日两个日期。"))
        return
    try:
        with connect.session() as session:
            paper = report_work.read(session, who.scope, request)
    except HotlineError as error:
        widgets.show(widgets.empty("报告没有生成", str(error)))
        return
    for column, (ending, (label, mime)) in zip(buttons, FORMS.items(), strict=True):
        column.download_button(
            label, download(request, ending), file_name=f"{paper.file_name}{ending}", mime=mime,
            key=f"report{ending}", on_click="ignore", width="stretch",
        )  # fmt: skip
    widgets.show(paper_view(paper))


draw()
keyboard("reports", lambda event: None, user=who.scope.user)

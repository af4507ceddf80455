"""The forms of the desk (更正与理由): correct class, unit, urgency and place, or give the reason of an act."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from dashboard import widgets
from dashboard.choices import URGENCIES, choices
from dashboard.desk_state import EDITING, REASONED, Desk
from dashboard.widgets import local

FIRST: Final = {EDITING: "draft_category", **dict.fromkeys(REASONED, "draft_reason")}
"""The field that gets the caret when a form opens."""


def draw(desk: Desk, detail: Any) -> None:
    """The form of the desk's mode, in place of the suggestions."""
    with st.container(key="desk_form"):
        if desk.mode == EDITING:
            _correct(detail)
        else:
            _reason(desk.mode or "")
        submit = widgets.button("提交", "submit", "Ctrl Enter", "main")
        widgets.show(f'<div class="j-acts">{submit}{widgets.button("取消", "cancel", "Esc")}</div>')


def _correct(detail: Any) -> None:
    result = detail.result or {}
    state = st.session_state
    offered = choices()
    machine = (result.get("category") or {}).get("code")
    codes = list(offered.classes)
    likely = [machine, *((one or {}).get("code") for one in result.get("alternatives") or ())]
    likely = [code for code in likely if code in offered.classes]
    ordered = [*dict.fromkeys([*likely, *codes])]
    if state.get("draft_category") not in offered.classes:
        state["draft_category"] = ordered[0]
    widgets.show('<h3 class="j-h2">更正后派单 <small>机器结论会保留作对照</small></h3>')
    code = st.selectbox(
        "分类",
        ordered,
        key="draft_category",
        format_func=lambda one: offered.classes.get(one, one),
        on_change=_new_class,
    )
    units = [one["unit"] for one in result.get("suggestions") or ()]
    owner = offered.owner(code, result, local(detail.received_at).date()) if code else None
    lead = [owner] if owner and code != machine else []
    units = [*dict.fromkeys([*lead, *units, *offered.units(result)])]
    typed = state.get("draft_unit")
    if typed and typed not in units:
        units.append(typed)
    if not typed and units:
        state["draft_unit"] = units[0]
    st.selectbox(
        "承办单位",
        units,
        key="draft_unit",
        accept_new_options=True,
        placeholder="选择或直接输入单位全称",
    )
    if owner and code != machine:
        widgets.show(f'<p class="j-meta" style="margin:0">按职责清单,该分类由 <b>{widgets.esc(owner)}</b> 主办</p>')
    st.multiselect(
        "协办单位",
        [*dict.fromkeys([*units, *(state.get("draft_assist") or [])])],
        key="draft_assist",
        accept_new_options=True,
        placeholder="可不填",
    )
    if state.get("draft_urgency") not in URGENCIES:
        state["draft_urgency"] = result.get("urgency") if result.get("urgency") in URGENCIES else URGENCIES[0]
    left, right = st.columns(2, gap="small")
    left.selectbox("紧急程度", URGENCIES, key="draft_urgency")
    place = result.get("place") or {}
    districts = [*dict.fromkeys([one for one in (place.get("district"), *offered.districts) if one])]
    if state.get("draft_district") not in districts:
        state["draft_district"] = place.get("district")
    right.selectbox("区县", districts, index=None, key="draft_district", placeholder="未识别")
    spot = place.get("poi") or place.get("street") or place.get("text") or "路段、小区或单位"
    st.text_input("具体地点", key="draft_place", placeholder=spot, max_chars=100)
    st.text_input("更正理由", key="draft_reason", placeholder="可不填;写明依据便于以后学习", max_chars=300)


def _reason(mode: str) -> None:
    name, _, ready = REASONED[mode]
    widgets.show(f'<h3 class="j-h2">{widgets.esc(name)} <small>理由会记入工单</small></h3>')
    if st.session_state.get("draft_ready") not in ready:
        st.session_state.pop("draft_ready", None)
    st.pills("常用理由", ready, key="draft_ready")
    st.text_area("补充说明", key="draft_reason", placeholder="写一句话,让接手的人看得明白", max_chars=500, height=110)


def _new_class() -> None:
    """Another class may have another owner: the unit is proposed anew."""
    st.session_state.pop("draft_unit", None)

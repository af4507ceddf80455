"""系统管理: accounts, city packs, controls, jobs and quarantine. No ticket is shown here (三员分立)."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from dashboard import access, admin_view, admin_work, connect, widgets
from dashboard.admin_work import NEW, ON, PREFIX
from dashboard.choices import choices
from dashboard.keyboard import keyboard
from warehouse import accounts, controls, pack_publish, views
from warehouse.scope import ROLE_TITLES

who = access.require("administration")

PARTS: Final = ("账号", "城市包", "参数", "任务", "隔离区")
MOST: Final = 30
SAID: Final = "administration_said"
EDIT: Final = "administration_edit"
CHECKED: Final = "administration_checked"


def on_event(event: dict[str, Any]) -> None:
    """A button: the login and the right are asked again."""
    state, asked, value = st.session_state, access.viewer(), str(event.get("value") or "")
    if asked is None or not asked.scope.may("manage"):
        return
    act = event["act"]
    with connect.session() as session:
        if act in ("edit", "new"):
            account = accounts.find_user(session, value) if act == "edit" else None
            state[EDIT] = account.name if account else NEW
            admin_work.fill(state, account)
        elif act == "cancel":
            state[EDIT] = state[CHECKED] = None
            admin_work.clear(state)
        elif act == "check":
            state[CHECKED] = admin_work.check_pack(session, asked.scope, value)
        elif act == "submituser" and state.get(EDIT):
            _done(EDIT, admin_work.save_user(session, asked.scope, state[EDIT], state))
        elif act == "submitpack" and state.get(CHECKED):
            _done(CHECKED, admin_work.publish(session, asked.scope, state[CHECKED].source, state))
        elif act in ("submitcontrol", "submitreset"):
            state[SAID] = admin_work.save_control(session, asked.scope, value, state, reset=act == "submitreset")


def _done(form: str, told: tuple[str, bool]) -> None:
    st.session_state[SAID] = told
    if not told[1]:
        st.session_state[form] = None


def people(session: Any) -> None:
    """Accounts on the left, the form on the right."""
    found, edit = accounts.list_users(session, who.scope), st.session_state.get(EDIT)
    if not edit:
        widgets.show(
            f'<div class="j-acts" style="margin-bottom:10px">{widgets.button("新建账号", "new", kind="main")}</div>'
        )
        widgets.show(admin_view.people(found, None))
        return
    left, right = st.columns([7, 4], gap="small")
    with left:
        widgets.show(admin_view.people(found, edit))
    with right, st.container(key="card_account"):
        fresh = edit == NEW
        head = "新建账号" if fresh else f"变更账号 {edit}"
        widgets.show(widgets.part(head, "记入审计" if fresh else "保存后该账号须重新登录", rule=False))
        if fresh:
            st.text_input("用户名", key=f"{PREFIX}name", max_chars=64)
        st.text_input("姓名", key=f"{PREFIX}title", max_chars=60)
        st.selectbox(
            "岗位", list(ROLE_TITLES), index=None, key=f"{PREFIX}role", format_func=ROLE_TITLES.__getitem__,
            placeholder="选择岗位",
        )  # fmt: skip
        st.multiselect("区域", choices().districts, key=f"{PREFIX}areas", placeholder="不选为全市")
        st.multiselect(
            "单位", admin_work.unit_names(found), key=f"{PREFIX}units", accept_new_options=True,
            placeholder="承办人必填:选择或输入单位全称",
        )  # fmt: skip
        if not fresh:
            st.segmented_control("状态", list(ON.values()), key=f"{PREFIX}active", required=True)
        st.text_input(
            "密码" if fresh else "重设密码", type="password", key=f"{PREFIX}password", max_chars=256,
            placeholder="至少 8 个字符;留空为只用统一认证" if fresh else "留空不变",
        )  # fmt: skip
        if not fresh:
            st.text_input("理由", key=f"{PREFIX}reason", max_chars=200)
        save = widgets.button("保存", "submituser", kind="main")
        widgets.show(f'<div class="j-acts">{save}{widgets.button("取消", "cancel")}</div>')


def city_packs(session: Any) -> None:
    """Packs, the check of one, and publishing it."""
    used = pack_publish.published(session)
    widgets.show(admin_view.packs(pack_publish.candidates(who.scope), used, who.now))
    told = st.session_state.get(CHECKED)
    if told is None:
        return
    with st.container(key="card_pack"):
        widgets.show(admin_view.checked(told))
        back = widgets.button("收起", "cancel")
        if told.problems:
            widgets.show(f'<div class="j-acts">{back}</div>')
            return
        st.text_input(
            "发布理由", key=f"{PREFIX}reason", max_chars=200, placeholder="如:9 月职责清单调整,经局办公会确认"
        )
        widgets.show(f'<div class="j-acts">{widgets.button("发布", "submitpack", kind="main")}{back}</div>')


def figures(session: Any) -> None:
    """Controls, each with its box."""
    for one in controls.settings_of(session, who.scope):
        name = one.control.name
        with st.container(key=f"card_{name}"):
            widgets.show(admin_view.control(one, who.now))
            number, reason, buttons = st.columns([2, 5, 3], gap="small", vertical_alignment="bottom")
            number.number_input(
                "新值", one.control.low, one.control.high, value=one.value, step=0.01, key=f"{PREFIX}value_{name}",
                placeholder="缺省",
            )  # fmt: skip
            reason.text_input("理由", key=f"{PREFIX}reason_{name}", max_chars=200)
            with buttons:
                save = widgets.button("保存", f"submitcontrol:{name}", kind="main")
                reset = widgets.button("恢复缺省", f"submitreset:{name}")
                widgets.show(f'<div class="j-acts" style="padding-bottom:4px">{save}{reset}</div>')


def jobs(session: Any) -> None:
    """Nights and imports; messages about alarms are told on the page of warnings."""
    widgets.show(admin_view.stages(views.stages(session, who.scope, limit=MOST), who.now))
    widgets.show(admin_view.imports(views.batches(session, who.scope, limit=MOST), who.now))


def draw() -> None:
    """The page."""
    head, parts, said = st.columns([4, 5, 4], gap="small", vertical_alignment="center")
    with head:
        widgets.heading("系统管理", "不显示工单内容;每项变更留痕")
    with parts:
        shown = st.segmented_control(
            "内容", PARTS, default=PARTS[0], key="administration_part", label_visibility="collapsed", required=True
        )
    told = st.session_state.pop(SAID, None)
    if told:
        with said:
            widgets.show(widgets.toast(*told))
    with connect.session() as session:
        if shown == "城市包":
            city_packs(session)
        elif shown == "参数":
            figures(session)
        elif shown == "任务":
            jobs(session)
        elif shown == "隔离区":
            widgets.show(admin_view.quarantine(views.quarantine_list(session, who.scope, size=MOST)))
        else:
            people(session)


draw()
keyboard("administration", on_event, user=who.scope.user)

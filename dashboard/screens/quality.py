"""质量: how good the answers are: drift, acceptance by class, samples read again by people, the model card."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import streamlit as st

from classify.folder import CARD
from classify.ticket import HotlineError
from dashboard import access, check_work, connect, drafts, quality_view, ticket_view, widgets
from dashboard.check_work import VERDICTS
from dashboard.keyboard import keyboard
from dashboard.quality_figures import Quality, quality
from dashboard.widgets import esc, kpi, local, pill, share
from warehouse import nights, spot_checks, views
from warehouse.settings import settings

who = access.require("quality")

SPANS: Final = {"近 7 天": 7, "近 30 天": 30, "近 90 天": 90}
PARTS: Final = ("概况", "抽查", "模型说明")


def parts() -> tuple[str, ...]:
    """The tabs of the role: samples are read by who may review."""
    return PARTS if who.scope.may("review") else ("概况", "模型说明")


def sample() -> tuple[date, str]:
    """Month and lane that the boxes say."""
    months = check_work.months(local(who.now).date())
    named = st.session_state.get("check_month")
    lane = next((key for key, name in spot_checks.LANES.items() if name == st.session_state.get("check_lane")), "auto")
    return months.get(named or "", next(iter(months.values()))), lane


def on_event(event: dict[str, Any]) -> None:
    """Draw a sample, open one of its tickets, keep a verdict."""
    state, asked = st.session_state, access.viewer()
    if asked is None or not asked.scope.may("review"):
        return
    act, value = event["act"], str(event.get("value") or "")
    if act == "open" and value:
        state[check_work.OPEN] = value
        state.pop(check_work.NOTE, None)
    elif act == "draw":
        with connect.session() as session:
            check_work.draw(session, asked.scope, *sample(), int(state.get("check_size") or 50), state)
    elif act in VERDICTS or act == "submitcheck":
        verdict = value if act == "submitcheck" else act
        if event.get("ticket") == state.get(check_work.OPEN):
            with connect.session() as session:
                check_work.give(session, asked.scope, spot_checks.sample_name(*sample()), verdict, state)


def overview() -> None:
    """Figures, drift, acceptance by class, samples."""
    today = local(who.now).date()
    days = SPANS[st.session_state.get("quality_span") or "近 30 天"]
    since = today - timedelta(days=days - 1)
    told = quality(who.scope, since, today, who.now.replace(second=0, microsecond=0))
    widgets.show(figures(told))
    said = f"{since} 至 {today},对照此前 90 天;{told.tickets:,} 件对 {told.before:,} 件"
    widgets.show(quality_view.drifts(told.drifts, said))
    left, right = st.columns([6, 5], gap="small")
    with left:
        widgets.show(quality_view.classes(told.classes, f"{since} 至 {today} 受理且已由人决定"))
    with right:
        widgets.show(quality_view.samples(told.samples))


def figures(told: Quality) -> str:
    """The five figures on top."""
    taken, newest = told.acceptance, told.samples[0] if told.samples else None
    moved = [one.name for one in told.drifts if one.state == "漂移"]
    watched = [one.name for one in told.drifts if one.state == "关注"]
    calm = "五项构成均平稳" if told.before and told.tickets else "此前没有可对照的工单"
    auto = next((now for one in told.drifts if one.column == "lane" for name, now, _ in one.parts if name == "auto"), 0)
    checked = newest.by_class if newest else None
    cards = [
        kpi("首选采纳率", _rate(taken.first, taken.offered), f"{taken.first:,}/{taken.offered:,} 件有建议且已派"),
        kpi("前三命中率", _rate(taken.among, taken.offered), f"{taken.among:,}/{taken.offered:,} 件有建议且已派"),
        kpi("分类保留率", _rate(taken.category_kept, taken.decided), f"{taken.category_kept:,}/{taken.decided:,} 件"),
        kpi("可直派占比", _rate(auto, told.tickets), f"{auto:,}/{told.tickets:,} 件"),
        kpi(
            "抽查分类正确", _rate(checked.right, checked.judged) if checked else "—",
            f"{newest.title},{checked.right:,}/{checked.judged:,} 件" if newest and checked else "还没有抽查",
        ),
        kpi(
            "构成漂移", f"{len(moved)} 项" if told.before and told.tickets else "—",
            "、".join(moved) or (f"关注:{'、'.join(watched)}" if watched else calm), None,
            "red" if moved else "orange" if watched else "",
        ),
    ]  # fmt: skip
    return f'<div class="j-kpis six">{"".join(cards)}</div>'


def _rate(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "—"


def recheck() -> None:
    """Boxes to draw a sample, its tickets on the left, the one to read on the right."""
    months = check_work.months(local(who.now).date())
    one, two, three, four = st.columns([2, 2, 2, 6], gap="small", vertical_alignment="bottom")
    one.selectbox("月份", list(months), key="check_month")
    two.selectbox("通道", list(spot_checks.LANES.values()), key="check_lane")
    three.selectbox("件数", check_work.SIZES, key="check_size")
    with four:
        widgets.show(
            f'<div class="j-acts" style="padding-bottom:4px">{widgets.button("抽样", "draw", kind="main")}'
            '<span class="j-muted" style="font-size:13px;align-self:center">同月同通道的样本人人相同;'
            "加大件数只在后面补充</span></div>"
        )
    name = spot_checks.sample_name(*sample())
    with connect.session() as session:
        found = spot_checks.checks(session, who.scope, name)
        current = check_work.pick(found, st.session_state)
        if current is None:
            widgets.show(
                widgets.empty(
                    "这个月这个通道还没有抽样",
                    "选好件数后点“抽样”。没有训练过的模型就没有“可直派”通道,可抽“待审”通道。",
                )
            )
            return
        left, right = st.columns([4, 7], gap="small")
        with left:
            widgets.show(listing(found, current.ticket_no))
        with right, st.container(key="pane_check"):
            verdict(current)
            try:
                detail = views.ticket_detail(session, who.scope, current.ticket_no, now=who.now)
            except HotlineError as error:
                widgets.show(widgets.empty("打不开这件工单", str(error)))
                return
            # the keys wait until the ticket they speak of is drawn
            widgets.show(f'<div data-ticket="{esc(current.ticket_no)}"></div>{ticket_view.whole(detail, who.now)}')


def listing(found: list[spot_checks.SpotCheck], current: str) -> str:
    """The tickets of the sample."""
    rows = []
    for one in found:
        state = ""
        if one.judged_at is not None:
            wrong = [
                text for text, right in (("分类错", one.class_right), ("单位错", one.unit_right)) if right is False
            ]
            state = pill("、".join(wrong) or "都对", "red" if wrong else "green")
        details = (state, esc(one.level2 or one.level1), esc(one.judged_by) if one.judged_by else "")
        rows.append(widgets.list_row(f"open:{one.ticket_no}", esc(one.title), details, one.ticket_no == current))
    return f'<nav class="j-card j-tall j-list short" aria-label="抽查样本">{"".join(rows)}</nav>'


def verdict(one: spot_checks.SpotCheck) -> None:
    """What the machine said, and the four answers of a person."""
    with st.container(key="card_check"):
        rows = [
            ("机器分类", f"<b>{esc(' / '.join(part for part in (one.level1, one.level2) if part))}</b>"),
            ("首选单位", f"<b>{esc(one.unit)}</b>" if one.unit else "没有推荐"),
        ]
        if one.judged_at is not None:
            rows.append(("已复核", f"{esc(one.judged_by)} {esc(widgets.when(one.judged_at, who.now))} {esc(one.note)}"))
        widgets.show(widgets.facts(rows))
        st.text_input("应为什么(判错时必填)", key=check_work.NOTE, max_chars=200, placeholder="正确的分类或单位,及依据")
        buttons = "".join(
            widgets.button(name, f"submitcheck:{act}", key.upper(), "main" if act == "ok" else "")
            for act, (name, key, _, _) in VERDICTS.items()
        )
        widgets.show(f'<div class="j-acts">{buttons}</div>')


def model_card() -> None:
    """The card of the trained model, or what works in its place; and the versions that people see now."""
    folder = settings().model_dir
    path = folder / CARD if folder is not None else None
    with connect.session() as session:
        versions = nights.shown_versions(session, who.scope)
    rows = [
        [f'<span class="j-num">{esc(one.key)}</span>', esc(one.pack), esc(one.model), esc(one.code), f"{one.tickets:,}"]
        for one in versions
    ]
    note = share(versions[0].tickets, sum(one.tickets for one in versions)) if versions else ""
    table = widgets.table(("版本", "城市包", "模型", "程序", "工单"), rows, (4,))
    widgets.show(widgets.card("正在使用的版本", f"最多的一版 {note}" if note else "", table))
    if path is not None and path.is_file():
        widgets.show(quality_view.markdown(path.read_text(encoding="utf-8")))
    else:
        widgets.show(
            widgets.empty(
                "没有启用训练的模型",
                "现在由词库与规则判断,因此没有“可直派”通道。用 jiesu train 训练后,设置 JIESU_MODEL_DIR 启用。",
            )
        )


def draw() -> None:
    """The page."""
    head, part, span = st.columns([4.2, 3, 3], gap="small", vertical_alignment="center")
    with head:
        widgets.heading("质量", "比率附分子分母;数字只看您范围内的工单")
    with part:
        st.segmented_control(
            "内容", parts(), default="概况", key="quality_part", label_visibility="collapsed", required=True
        )
    shown = st.session_state.get("quality_part") or "概况"
    if shown == "概况":
        with span:
            st.segmented_control(
                "时间", list(SPANS), default="近 30 天", key="quality_span", label_visibility="collapsed", required=True
            )
        overview()
    elif shown == "抽查" and who.scope.may("review"):
        said = st.session_state.pop(check_work.SAID, None)
        if said:
            with span:
                widgets.show(widgets.toast(*said))
        recheck()
    else:
        model_card()


draw()
checking = st.session_state.get("quality_part") == "抽查" and who.scope.may("review")
keyboard(
    "quality",
    on_event,
    letters={key: act for act, (_, key, _, _) in VERDICTS.items()} if checking else {},
    help_rows=tuple((key.upper(), name) for name, key, _, _ in VERDICTS.values()) if checking else (),
    user=who.scope.user,
    ticket=st.session_state.get(check_work.OPEN) if checking else None,
    form=drafts.values(st.session_state) if checking else {},
)

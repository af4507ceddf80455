"""Commands of early warning: detect, backtest, outcomes, notify, announce."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import Json, Out, Pack, as_of_moment, finish, pack_of


def register(app: typer.Typer) -> None:
    """Adds this file's commands to ``jiesu``."""
    for command in (detect, backtest, outcomes, notify, announce):
        app.command()(command)


def detect(
    source: Annotated[Path, typer.Argument(metavar="COUNTS", help="series, day, count[, holiday] 的 CSV")],
    out: Out,
    method: Annotated[str, typer.Option("--method", help="default、farrington、ears-c1、ears-c2、ears-c3")] = "default",
    period: Annotated[str, typer.Option("--period", help="day 或 week")] = "day",
    days: Annotated[int, typer.Option("--days", min=1, help="判断最新的多少期,每期只看到它自己为止")] = 1,
    alpha: Annotated[float | None, typer.Option("--alpha", help="单期误报概率;与 --budget 二选一")] = None,
    budget: Annotated[float | None, typer.Option("--budget", help="全部序列合计每天允许的误报数")] = None,
    as_json: Json = False,
) -> None:
    """预警检测:计数序列 → 每期是否异常、期望、上限、得分。"""
    from warehouse.early_warning import detect_file

    counts = detect_file(source, out, method=method, period=period, days=days, alpha=alpha, budget=budget)
    finish(counts, f"{counts['series']} 条序列,{counts['judged']} 期,报警 {counts['alarms']} 期 → {out}", as_json)


def backtest(
    start: Annotated[str, typer.Option("--from", help="从哪一天")],
    end: Annotated[str, typer.Option("--to", help="到哪一天")],
    pack: Pack = None,
    as_json: Json = False,
) -> None:
    """回测:若规则当时已启用,这段时间会发出哪些预警;不写库。"""
    from routing.pack import Pack as CityPack
    from warehouse.alert_backtest import backtest_alerts
    from warehouse.engine import make_engine, open_session, upgrade

    upgrade()
    with open_session(make_engine()) as session:
        fired = backtest_alerts(
            session, CityPack.load(pack_of(pack)), as_of_moment(start).date(), as_of_moment(end).date()
        )
    for alarm in fired:
        typer.echo(f"{alarm.day}\t{alarm.level}\t{alarm.rule_id}\t{alarm.title}")
    finish({"alerts": len(fired)}, f"共 {len(fired)} 条", as_json)


def outcomes(
    start: Annotated[str | None, typer.Option("--from", help="从哪一天;缺省为此前 90 天")] = None,
    end: Annotated[str | None, typer.Option("--to", help="到哪一天;缺省为最新预警的那一天")] = None,
    as_json: Json = False,
) -> None:
    """规则效果:每条预警规则触发多少,属实、误报、可解释各多少,准确率、提前量与及时率。"""
    from datetime import timedelta

    from warehouse.engine import make_engine, open_session, upgrade
    from warehouse.views import SYSTEM, alert_outcomes, newest_alert_day

    upgrade()
    with open_session(make_engine()) as session:
        last = as_of_moment(end).date() if end else newest_alert_day(session, SYSTEM)
        first = as_of_moment(start).date() if start else last - timedelta(days=89)
        found = alert_outcomes(session, SYSTEM, first, last)
    if found and not as_json:
        typer.echo("规则\t触发\t属实\t误报\t可解释\t未定\t准确率\t提前量(小时)\t及时研判\t及时首报")
    for one in () if as_json else found:
        share = "-" if one.precision is None else f"{one.precision:.3f}"
        lead = "-" if one.lead is None else f"{one.lead:.1f}"
        typer.echo(
            f"{one.rule}\t{one.fired}\t{one.true}\t{one.false}\t{one.explained}\t{one.unjudged}\t{share}\t{lead}\t"
            f"{one.looked_in_time}/{one.looked}\t{one.reported_in_time}/{one.reported}"
        )
    rules = {
        one.rule: {
            "fired": one.fired, "true": one.true, "false": one.false, "explained": one.explained,
            "precision": one.precision, "lead_hours": one.lead,
        }
        for one in found
    }  # fmt: skip
    told = {"from": first.isoformat(), "to": last.isoformat(), "rules": rules}
    finish(told, f"{first} 至 {last},{len(found)} 条规则有预警", as_json)


def notify(as_json: Json = False) -> None:
    """发送到期的预警通知(邮件、webhook);可由定时任务每几分钟运行一次。"""
    from warehouse.engine import make_engine, open_session, upgrade
    from warehouse.outbox import read_channels, send_messages
    from warehouse.settings import settings

    channels = read_channels(settings().notify_file)
    upgrade()
    with open_session(make_engine()) as session:
        counts = send_messages(session, channels)
    finish(counts, "已发送 {sent},待发 {waiting},失败 {failed},中断待核实 {unsure}".format(**counts), as_json)


def announce(
    source: Annotated[Path, typer.Argument(metavar="TABLE", help="公告表:kind、title、codes、area、word、starts_at …")],
    as_json: Json = False,
) -> None:
    """登记已知事件:停供、活动(解释由此引起的预警)与舆情(A24);同一行只登记一次。"""
    from warehouse.announcements import load_announcements
    from warehouse.engine import make_engine, open_session, upgrade

    upgrade()
    with open_session(make_engine()) as session:
        number = load_announcements(session, source)
    finish({"announced": number}, f"公告 {number} 条", as_json)

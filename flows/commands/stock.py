"""Commands that write to the warehouse or read it out: ingest, decide, export, nightly, report."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from classify.ticket import InputError
from flows.commands.options import AsOf, Json, Model, Out, Pack, as_of_moment, finish, model_of, now, pack_of
from warehouse.settings import secret, settings


def register(app: typer.Typer) -> None:
    """Adds this file's commands to ``jiesu``."""
    for command in (ingest, decide, export, nightly, report):
        app.command()(command)


def ingest(
    files: Annotated[list[str] | None, typer.Argument(metavar="FILE…", help="工单或流转文件")] = None,
    watch: Annotated[Path | None, typer.Option("--watch", help="盯住一个目录:新文件到了就入库,按 Ctrl+C 结束")] = None,
    events: Annotated[
        bool, typer.Option("--events", help="文件里是流转记录(派单、退单、办结、回访 …),不是工单")
    ] = False,
    pack: Pack = None,
    model: Model = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """入库:读入、脱敏、研判、关联;同一文件再来一次什么也不改变。"""
    from flows.demo import disown
    from flows.inbox import ingest_files, watch_folder
    from flows.stages import pack_to_use
    from routing.triage import Triager
    from warehouse.engine import upgrade

    if bool(files) == (watch is not None):
        raise typer.BadParameter("给出文件,或用 --watch 给出一个目录,二者选一")
    upgrade()
    triager = Triager.load(pack or pack_to_use(), model_of(model))
    if watch is not None:
        watch_folder(watch, triager, secret(), events=events)
        return
    taken = ingest_files(files or [], triager, secret(), events=events, as_of=as_of_moment(as_of))
    counts = taken.to_dict()
    if counts["new"] or counts["changed"]:
        disown(settings().home)
    sentence = "读入 {read} 行: 新增 {new},变更 {changed},相同 {same},搁置 {rejected}".format(**counts)
    finish(counts, sentence, as_json)
    if taken.rows and taken.rejected == taken.rows:
        raise InputError("没有一行能够读取;原因见隔离区", value=f"{taken.rows} 行")


def decide(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="{ticket_no, category, unit, by, at, reason} 的表")],
    as_json: Json = False,
) -> None:
    """批量登记人工决定与最终承办单位;机器结果与人工决定分开保存。"""
    from flows.decisions import decide_file

    counts = decide_file(source)
    finish(counts, "读入 {read} 行: 登记 {new},已有 {same},搁置 {rejected}".format(**counts), as_json)
    if counts["read"] and counts["rejected"] == counts["read"]:
        raise InputError("没有一行能够登记", value=f"{counts['read']} 行", allowed="库中已有的工单编号")


def export(
    what: Annotated[str, typer.Argument(metavar="dispatches|indicators")],
    out: Out,
    since: Annotated[str, typer.Option("--since", help="从哪一天起,如 2026-11-01")],
    as_json: Json = False,
) -> None:
    """导出:已采纳的派单(每件只出一次,附回执)或指标(分子、分母、口径)。"""
    from flows.decisions import export_file

    counts = export_file(what, out, as_of_moment(f"{since[:10]}T00:00:00"))
    finish(counts, f"导出 {counts['rows']} 行 → {out}", as_json)


def nightly(
    day: Annotated[str | None, typer.Option("--date", help="为哪一天运行;缺省为今天")] = None,
    pack: Pack = None,
    model: Model = None,
    publish: Annotated[bool, typer.Option("--publish/--no-publish", help="跑完后发布新结果")] = True,
    as_json: Json = False,
) -> None:
    """夜间作业:重研判、重关联、预警、指标、日报;在哪一步断了就从哪一步接着来。"""
    from flows.stages import pack_to_use, run_nightly
    from warehouse.engine import upgrade

    moment = as_of_moment(day)
    upgrade()
    counts = run_nightly(moment.date(), pack=pack or pack_to_use(), model=model_of(model), publish=publish)
    finish(counts, "夜间作业完成: " + ",".join(f"{name} {value}" for name, value in counts.items()), as_json)


def report(
    kind: Annotated[str, typer.Argument(metavar="daily|weekly|monthly|topic")],
    out: Out,
    day: Annotated[str | None, typer.Option("--date", help="报告哪一天(所在的周、月);缺省为昨天")] = None,
    topic: Annotated[str | None, typer.Option("--topic", help="专报的专题,如 供暖;见城市包 report_topics.csv")] = None,
    since: Annotated[str | None, typer.Option("--since", help="专报的起始日;缺省为截至 --date 的 30 天")] = None,
    pack: Pack = None,
    as_json: Json = False,
) -> None:
    """日报、周报、月报、专报:.docx 或 .xlsx,由 --out 的扩展名决定。"""
    from flows.reporting import periodic, special

    chosen = as_of_moment(day).date() if day else now().date() - timedelta(days=1)
    if kind == "topic":
        first = as_of_moment(since).date() if since else chosen - timedelta(days=29)
        special(pack_of(pack), topic or "", first, chosen, out)
    else:
        periodic(kind, chosen, out)
    finish({"report": out.name, "kind": kind, "day": str(chosen)}, f"已写出 {out}", as_json)

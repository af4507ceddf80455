"""Pure commands: a file in, a file out, no database: triage, link, bulk, mask, clock."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.commands.options import AsOf, Json, Model, Out, Pack, as_of_moment, finish, model_of, pack_of
from warehouse.settings import secret, settings

Source = Annotated[str, typer.Argument(metavar="IN", help=".xlsx .csv .jsonl .parquet,或 - 表示标准输入(JSONL)")]
TAXONOMIES = ("xinfang",)
"""Crosswalks that a result can carry."""


def register(app: typer.Typer) -> None:
    """Adds this file's commands to ``jiesu``."""
    for command in (triage, link, bulk, mask, clock):
        app.command()(command)


def triage(
    source: Source,
    out: Annotated[Path | None, typer.Option("--out", help="输出文件;- 表示标准输出")] = None,
    text: Annotated[bool, typer.Option("--text", help="在终端上印成派单员读的样子,不写文件")] = False,
    pack: Pack = None,
    model: Model = None,
    taxonomy: Annotated[str, typer.Option("--taxonomy", help="对照的外部分类:xinfang")] = "xinfang",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """研判:每张工单一行 TriageResult,不碰数据库。"""
    from flows.doors import show_file, triage_file
    from routing.triage import Triager

    if taxonomy not in TAXONOMIES:
        raise typer.BadParameter(f"没有这个对照分类: {taxonomy};可用 {'、'.join(TAXONOMIES)}")
    if text == (out is not None):
        raise typer.BadParameter("用 --out 写文件,或用 --text 印在终端上,二者选一")
    triager = Triager.load(pack_of(pack), model_of(model))
    if out is None:
        for lines in show_file(source, triager, secret(), as_of=as_of_moment(as_of)):
            typer.echo(lines)
        return
    counts = triage_file(source, out, triager, secret(), as_of=as_of_moment(as_of))
    if str(out) == "-" and not as_json:
        return
    sentence = f"读入 {counts.read} 行,研判 {counts.good} 张,搁置 {counts.rejected} 行 → {out}"
    finish(counts.to_dict() | {"triaged": counts.good}, sentence, as_json)


def link(
    source: Source,
    out: Out,
    pack: Pack = None,
    model: Model = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """关联:每张工单一行,属于哪个诉求事项(same)与哪个可能相关的群(possible)。IN 也可以是 jiesu bulk 的输出目录。"""
    from flows.doors import link_file
    from routing.triage import Triager

    triager = Triager.load(pack_of(pack), model_of(model))
    counts = link_file(source, out, triager, secret(), as_of=as_of_moment(as_of))
    sentence = f"读入 {counts['read']} 行,归为 {counts['issues']} 个事项、{counts['related']} 个相关群 → {out}"
    finish(counts, sentence, as_json)


def bulk(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Parquet 或 JSONL 文件,或装有它们的目录")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="输出目录:只有 part-*.parquet,其余名字以 _ 开头")],
    runner: Annotated[str, typer.Option("--runner", help="direct 或 flink")] = "direct",
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="本机进程数")] = 1,
    flink_master: Annotated[str, typer.Option("--flink-master", help="Flink 作业管理器地址")] = "",
    pack: Pack = None,
    model: Model = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """批量重跑:Beam 作业,读文件、研判、写 Parquet,不碰数据库。"""
    # Beam warns at import that Google's storage client is missing; a closed network has no use for it
    logging.getLogger().addFilter(lambda record: "apitools" not in record.getMessage())
    from flows.bulk import run_bulk

    secret()  # made before the workers start, so that they all read the same key
    chosen = model_of(model)
    counts = run_bulk(
        source,
        out,
        pack=pack_of(pack),
        model=str(chosen) if chosen else None,
        secret_file=settings().secret_file,
        runner=runner,
        workers=workers,
        as_of=as_of_moment(as_of),
        flags=[f"--flink_master={flink_master}"] if flink_master else [],
    )
    sentence = f"读入 {counts['read']} 行,写出 {counts['written']} 行,搁置 {counts['rejected']} 行 → {out}"
    finish(counts, sentence, as_json)


def mask(source: Source, out: Out, as_json: Json = False) -> None:
    """脱敏:{id, text} → {id, masked, spans},位置按所给文本计。"""
    from flows.doors import mask_record

    _records(source, out, mask_record, "脱敏", as_json)


def clock(source: Source, out: Out, pack: Pack = None, as_json: Json = False) -> None:
    """时限:{received_at, clock, pauses} → 到期、黄牌、红牌时刻。"""
    from classify.ticket import Where
    from routing.calendar import WorkCalendar, run_clock
    from routing.pack import Pack as CityPack

    calendar = WorkCalendar(CityPack.load(pack_of(pack)))
    name = Path(source).name

    def answer(record: dict[str, Any], row: int) -> dict[str, Any]:
        return run_clock(record, calendar, Where(name, row))

    _records(source, out, answer, "时限", as_json)


def _records(
    source: str, out: Path, answer: Callable[[dict[str, Any], int], dict[str, Any]], title: str, as_json: bool
) -> None:
    from flows.doors import each_record

    counts = each_record(source, out, answer, title=title)
    finish(counts.to_dict(), f"{title} {counts.good} 行,搁置 {counts.rejected} 行 → {out}", as_json)

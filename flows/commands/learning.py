"""Commands of learning: train, predict, evaluate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from flows.commands.options import AsOf, Json, Out, Pack, as_of_moment, finish, now, pack_of
from warehouse.settings import secret

Source = Annotated[str, typer.Argument(metavar="LABELLED", help="带标签的表:.xlsx .csv .jsonl .parquet")]
Label = Annotated[str, typer.Option("--label", help="标签所在的列")]


def register(app: typer.Typer) -> None:
    """Adds this file's commands to ``jiesu``."""
    for command in (train, predict, evaluate):
        app.command()(command)


def train(
    out: Annotated[Path, typer.Option("--out", help="模型目录")],
    source: Annotated[str | None, typer.Argument(metavar="LABELLED", help="带标签的表")] = None,
    from_warehouse: Annotated[bool, typer.Option("--from-warehouse", help="用库里的人工决定与最终承办单位")] = False,
    label: Label = "label",
    target: Annotated[str, typer.Option("--target", help="category 分类,或 owner 承办单位")] = "category",
    pack: Pack = None,
    as_json: Json = False,
) -> None:
    """训练:从带标签的表或库里的决定学习,写出模型目录与模型说明。"""
    from flows.learn import train_from

    if (source is None) != from_warehouse:
        raise typer.BadParameter("给出带标签的表,或用 --from-warehouse,二者选一")
    report = train_from(source, out, label=label, target=target, pack=pack_of(pack), secret=secret(), moment=now())
    finish(report, _told(report) + f" → {out}", as_json)


def predict(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="模型目录")],
    source: Annotated[str, typer.Argument(metavar="IN")],
    out: Out,
    pack: Pack = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """预测:{ticket_no, predicted, probability, alternatives, lane} 一行一张;从不读标签列。"""
    from flows.learn import predict_file

    counts = predict_file(folder, source, out, pack=pack_of(pack), secret=secret(), as_of=as_of_moment(as_of))
    finish(counts.to_dict(), f"预测 {counts.good} 张,搁置 {counts.rejected} 行 → {out}", as_json)


def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="模型目录")],
    source: Source,
    label: Label = "label",
    pack: Pack = None,
    as_json: Json = False,
) -> None:
    """评估:各类的准确率与召回率、易混类、可靠性图、各精度下的覆盖率。"""
    from flows.learn import evaluate_file

    report = evaluate_file(folder, source, label=label, pack=pack_of(pack), secret=secret(), moment=now())
    finish(report, _told(report), as_json)


def _told(report: dict[str, Any]) -> str:
    """The plain figures of a report on one line."""
    return ",".join(f"{name} {value}" for name, value in report.items() if isinstance(value, int | float | str))

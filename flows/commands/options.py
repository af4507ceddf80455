"""Options that several commands share, and how a command ends."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from classify.ticket import SHANGHAI, InputError
from classify.times import parse_time
from warehouse.settings import settings

Pack = Annotated[str | None, typer.Option("--pack", help="城市包的名称或目录;缺省取设置 JIESU_PACK")]
Model = Annotated[Path | None, typer.Option("--model", help="模型目录;缺省取设置 JIESU_MODEL_DIR,再缺省只用词表")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="把哪一刻当作“现在”,如 2026-11-20;缺省为当前时刻")]
Json = Annotated[bool, typer.Option("--json", help="标准输出的最后一行是一个 JSON 对象")]
Out = Annotated[Path, typer.Option("--out", help="输出文件")]


def pack_of(given: str | None) -> str:
    """The pack named on the command line, else the one of the settings."""
    return given or settings().pack


def model_of(given: Path | None) -> Path | None:
    """The model folder named on the command line, else the one of the settings; None: the lexicon decides."""
    return given or settings().model_dir


def now() -> datetime:
    """The clock, aware."""
    return datetime.now(SHANGHAI)


def as_of_moment(given: str | None) -> datetime:
    """What "now" is: the moment given, the end of the day given, or the clock."""
    if not given:
        return now()
    try:
        moment = parse_time(given)
    except InputError as error:
        raise InputError("--as-of 不是时间", value=given, allowed="如 2026-11-20 或 2026-11-20T08:00") from error
    whole_day = ":" not in given and "T" not in given.upper()
    return moment + timedelta(days=1) - timedelta(seconds=1) if whole_day else moment


def finish(counts: dict[str, Any], sentence: str, as_json: bool) -> None:
    """Ends a command: a sentence for a person, or one JSON line for a program."""
    typer.echo(json.dumps(counts, ensure_ascii=False) if as_json else sentence)

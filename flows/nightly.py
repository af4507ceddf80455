"""The Prefect flow ``nightly``: the stages of :mod:`flows.stages`, one task each, so that its history shows them."""

from __future__ import annotations

from flows.orchestration import STAGE  # isort: skip (sets Prefect's switches before Prefect loads)

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect import flow, task

from classify.ticket import SHANGHAI
from flows.stages import STAGES, end_night, pack_to_use, run_stage
from warehouse.engine import upgrade
from warehouse.settings import settings


@task(name="stage", task_run_name="stage-{name}", **STAGE)
def stage_task(name: str, day: date, pack: str, model: str | None) -> dict[str, Any]:
    """One stage of one night; a stage that is done already answers with its counts."""
    return run_stage(name, day, pack, Path(model) if model else None)


@task(name="end", **STAGE)
def end_task(day: date, pack: str, model: str | None, publish: bool) -> dict[str, Any]:
    """The one switch: with ``publish`` people see the new results from here on."""
    return end_night(day, pack, Path(model) if model else None, publish=publish)


@flow(name="nightly", persist_result=False, log_prints=False)
def nightly(
    day: date | None = None, pack: str | None = None, model: str | None = None, publish: bool = True
) -> dict[str, Any]:
    """All stages for ``day`` (None: yesterday in Asia/Shanghai, for the run after midnight)."""
    own = settings()
    upgrade()
    night = day or (datetime.now(SHANGHAI) - timedelta(days=1)).date()
    chosen = model or (str(own.model_dir) if own.model_dir else None)
    used = pack or pack_to_use()
    counts: dict[str, Any] = {}
    for name, _ in STAGES:
        counts |= stage_task(name, night, used, chosen)
    return counts | end_task(night, used, chosen, publish)

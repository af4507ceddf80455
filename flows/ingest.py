"""The Prefect flow ``ingest``: one look into the inbox, every few minutes. Parameters are names, never text."""

from __future__ import annotations

from flows.orchestration import STAGE  # isort: skip (sets Prefect's switches before Prefect loads)

from pathlib import Path
from typing import Any

from prefect import flow, task

from classify.ticket import HotlineError
from flows.inbox import sweep
from flows.stages import pack_to_use
from routing.triage import Triager
from warehouse.engine import upgrade
from warehouse.settings import secret, settings


def not_our_fault(_task: Any, _run: Any, state: Any) -> bool:
    """Whether a failure is worth another try: bad input stays bad, a busy database does not."""
    error = state.result(raise_on_failure=False)
    return not isinstance(error, HotlineError)


@task(name="sweep-inbox", retry_condition_fn=not_our_fault, **STAGE)
def sweep_inbox(folder: str, pack: str | None, model: str | None) -> dict[str, Any]:
    """Takes in every file that lies in the inbox; counts only."""
    upgrade()
    return sweep(Path(folder), Triager.load(pack or pack_to_use(), model), secret()).to_dict()


@flow(name="ingest", persist_result=False, log_prints=False)
def ingest(inbox: str | None = None, pack: str | None = None, model: str | None = None) -> dict[str, Any]:
    """One sweep of the inbox. None takes each value from the settings; the inbox is ``inbox/`` in JIESU_HOME."""
    own = settings()
    folder = Path(inbox) if inbox else own.home / "inbox"
    folder.mkdir(parents=True, exist_ok=True)
    chosen = model or (str(own.model_dir) if own.model_dir else None)
    return sweep_inbox(str(folder), pack, chosen)

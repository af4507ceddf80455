"""What every Prefect flow needs before Prefect is imported: no telemetry, nothing fetched, nothing personal stored."""

from __future__ import annotations

import os
from typing import Any, Final

QUIET: Final = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
}
"""Prefect's own switches; a government network has nobody to report to. A value that is already set stands."""

for name, value in QUIET.items():
    os.environ.setdefault(name, value)

from prefect.cache_policies import NO_CACHE  # noqa: E402 (the switches above must be set first)

STAGE: Final[dict[str, Any]] = {
    "cache_policy": NO_CACHE,
    "persist_result": False,
    "log_prints": False,
    "retries": 2,
    "retry_delay_seconds": 30,
}
"""Options of a stage task. Idempotence is the database's business, not a cache's; results may not lie in files;
a retry is safe because every stage starts where it stopped."""

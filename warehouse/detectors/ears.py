"""EARS C1, C2, C3 (Hutwagner et al. 2003) as ``surveillance::earsC`` answers: for series with under two years.

The baseline is seven days; C2 leaves a gap of two days between it and the day; C3 adds what C2 exceeded on the two days
before. In C3 that package puts the day's own count into the bound, so an alarm means that the two days before alone
exceeded; jiesu answers the same.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

BASELINE: Final = 7
GAP: Final = 2


def _moments(counts: NDArray[np.float64], lag: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation (n - 1) of the baseline that ends ``lag`` days before each day; NaN at the start."""
    mean, spread = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    days = counts.shape[1]
    start = BASELINE + lag - 1
    if days > start:
        blocks = sliding_window_view(counts, BASELINE, axis=1)[:, : days - start]
        mean[:, start:] = blocks.mean(axis=-1)
        spread[:, start:] = blocks.std(axis=-1, ddof=1)
    return mean, spread


def judge(
    array: NDArray[Any], newest: int, which: str, alpha: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """(expected, upper, alarm) of the last ``newest`` days; ``which`` is "1", "2" or "3". NaN without a baseline."""
    counts = np.nan_to_num(np.asarray(array, dtype=np.float64), nan=0.0)
    z = NormalDist().inv_cdf(1.0 - alpha)
    mean, spread = _moments(counts, 1 if which == "1" else 1 + GAP)
    upper = mean + z * spread
    if which == "3":
        with np.errstate(invalid="ignore", divide="ignore"):
            over = np.maximum((counts - mean) / spread - 1.0, 0.0)
            before = np.full_like(counts, np.nan)
            before[:, 2:] = over[:, 1:-1] + over[:, :-2]
            upper = np.maximum(counts + spread * (z - before), 0.0)
    upper, mean = upper[:, -newest:], mean[:, -newest:]
    with np.errstate(invalid="ignore"):
        alarm = counts[:, -newest:] > upper
    return mean, upper, alarm & ~np.isnan(upper)

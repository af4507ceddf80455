"""Simulated daily counts with known surges, their oracle and the measures, for ``early_warning.py``.

The law is that of Noufaily et al. 2019 (Bioinformatics 35:3110): negative binomial counts with trend, yearly and weekly
harmonics and holiday dips, one surge a series in the last 343 days. ``hard`` adds what real series have: past surges,
shifts of the level, a second harmonic, and dips that differ by holiday.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

DATES = pd.date_range("2018-01-01", "2024-12-31")
DAYS, SCORED = len(DATES), 343
WIDTHS = (1, 2, 3, 5, 7)
SIZES = (0, 2, 3, 5, 10)
FESTIVALS = [
    ("2018-02-15", 7), ("2019-02-04", 7), ("2020-01-24", 10), ("2021-02-11", 7), ("2022-01-31", 7), ("2023-01-21", 7),
    ("2024-02-10", 8),
]  # fmt: skip
SPRING = np.isin(DATES, np.concatenate([pd.date_range(first, periods=n) for first, n in FESTIVALS]))
NATIONAL = np.asarray((DATES.month == 10) & (DATES.day <= 7))
HOLIDAY = SPRING | NATIONAL
SIGNALS = {
    # name: log mean, trend a day, yearly cos and sin, weekly cos and sin, dispersion
    "noise": (5.0, 0.0, -0.3, 0.1, 0.05, 0.10, 3.0),
    "heating": (1.5, 0.0, 1.8, 0.3, 0.05, 0.05, 2.0),
    "water-outage": (0.5, 0.0, -0.4, 0.0, 0.05, 0.15, 1.5),
    "wage-arrears": (2.0, 0.0, 0.6, 0.5, 0.30, 0.25, 1.5),
    "prepaid-card": (-1.0, 0.0002, 0.0, 0.0, 0.10, 0.10, 1.2),
    "parking": (3.0, 0.0003, 0.1, 0.1, 0.20, 0.10, 2.0),
    "school-enrolment": (1.0, 0.0, -1.2, -0.6, 0.30, 0.20, 1.5),
    "food-safety": (2.0, 0.0, -0.2, 0.1, 0.05, 0.15, 1.2),
    "illegal-building": (1.0, -0.0001, 0.0, 0.1, 0.60, 0.50, 1.3),
    "street-sparse": (-3.0, 0.0, 0.0, 0.0, 0.05, 0.05, 1.0),
}


@dataclass
class Simulated:
    """``counts``, ``surge`` (cases added) and the true ``mean`` (series, days); ``dispersion`` by series."""

    counts: np.ndarray
    surge: np.ndarray
    mean: np.ndarray
    dispersion: np.ndarray


def true_mean(signal: tuple[float, ...], rng: np.random.Generator | None) -> np.ndarray:
    """Mean of every day; with ``rng`` the hard form."""
    level, trend, y_cos, y_sin, w_cos, w_sin, _ = signal
    day = np.arange(DAYS)
    year, week = 2 * np.pi * day / 365.25, 2 * np.pi * DATES.day_of_week.to_numpy() / 7
    log = (
        level + trend * day + y_cos * np.cos(year) + y_sin * np.sin(year) + w_cos * np.cos(week) + w_sin * np.sin(week)
    )
    if rng is None:
        return np.exp(log) * np.where(HOLIDAY, 0.6, 1.0)
    log += rng.normal(0, 0.2) * np.cos(2 * year) + rng.normal(0, 0.2) * np.sin(2 * year)
    shift = rng.integers(500, DAYS - SCORED // 2)
    log += np.where(day >= shift, rng.normal(0, 0.3), 0.0)
    return np.exp(log) * np.where(SPRING, 0.45, np.where(NATIONAL, 0.8, 1.0))


def _add(surge: np.ndarray, start: int, cases: int, rng: np.random.Generator) -> None:
    lag = rng.lognormal(1.3, 0.5, cases).astype(int)
    np.add.at(surge, np.minimum(start + lag, DAYS - 1), 1)


def simulate(seed: int, replicates: int, *, hard: bool = False, sizes: tuple[int, ...] = SIZES) -> Simulated:
    """``replicates`` series of every signal and surge size."""
    rng = np.random.default_rng(seed)
    counts, surges, means, dispersions = [], [], [], []
    for signal in SIGNALS.values():
        dispersion = signal[-1]
        for size in sizes:
            for _ in range(replicates):
                mean = true_mean(signal, rng if hard else None)
                count = (
                    rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion)
                    if dispersion > 1
                    else rng.poisson(mean)
                )
                if hard:
                    past = np.zeros(DAYS, dtype=int)
                    for start in rng.integers(30, DAYS - SCORED - 40, rng.poisson(4)):
                        height = rng.choice((3, 5, 10)) * np.sqrt(7 * mean[start] * dispersion)
                        _add(past, int(start), max(2, rng.poisson(height)), rng)
                    count = count + past
                surge = np.zeros(DAYS, dtype=int)
                if size:
                    start = int(rng.integers(DAYS - SCORED, DAYS - 28))
                    _add(surge, start, max(2, rng.poisson(size * np.sqrt(7 * mean[start] * dispersion))), rng)
                counts.append(count + surge)
                surges.append(surge)
                means.append(mean)
                dispersions.append(dispersion)
    return Simulated(
        np.array(counts, dtype=np.int32), np.array(surges), np.array(means), np.array(dispersions)
    )  # fmt: skip


def oracle_scores(made: Simulated) -> np.ndarray:
    """-log10 of the smallest mid-p tail over windows, knowing mean and dispersion; the last 343 days."""
    best = np.zeros((len(made.counts), SCORED))
    for row, (count, mean, dispersion) in enumerate(zip(made.counts, made.mean, made.dispersion, strict=True)):
        for width in WIDTHS:
            ones = np.ones(width)
            seen = np.convolve(count, ones)[:DAYS][-SCORED:]
            hoped = np.convolve(mean, ones)[:DAYS][-SCORED:]
            law = stats.poisson(hoped) if dispersion <= 1 else stats.nbinom(hoped / (dispersion - 1), 1 / dispersion)
            tail = 0.5 * law.sf(seen - 1) + 0.5 * law.sf(seen)
            best[row] = np.maximum(best[row], -np.log10(np.clip(tail, 1e-300, 1)))
    return best


def measures(made: Simulated, alarm: np.ndarray) -> dict[str, float]:
    """Specificity, sensitivity, POD and timeliness as the bench's ``score.py`` defines them."""
    surge = made.surge[:, -SCORED:] > 0
    pod, late = [], []
    for row in np.flatnonzero(surge.any(axis=1)):
        first, last = np.flatnonzero(surge[row])[[0, -1]]
        hits = np.flatnonzero(alarm[row, first : last + 1])
        pod.append(hits.size > 0)
        late.append(hits[0] / (last - first + 1) if hits.size else 1.0)
    return {
        "specificity": float(1 - alarm[~surge].mean()),
        "sensitivity": float(alarm[surge].mean()) if surge.any() else float("nan"),
        "pod": float(np.mean(pod)) if pod else float("nan"),
        "timeliness": float(np.mean(late)) if late else float("nan"),
    }

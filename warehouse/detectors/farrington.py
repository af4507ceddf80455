"""Farrington Flexible (Noufaily et al. 2013), as ``surveillance::farringtonFlexible`` 1.20.3 answers, compiled.

A quasi-Poisson regression of the weeks of past years on trend and ten periods of the year, refitted with down-weighted
outliers; the bound is the 1 - alpha quantile of a negative binomial with the fitted mean (``nbPlugin``). The options
are those of the golden file: b = 5 years, w = 3, noPeriods = 10, the last 26 weeks left out, reweighting at 2.58, trend
always unless it extrapolates (pThresholdTrend = 1), bounds only with 5 cases in 4 weeks (limit54).
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Any, Final

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from warehouse.detectors.regression import solve

WEEKS: Final = 52
YEARS: Final = 5
LEAST_YEARS: Final = 3
"""A shorter file is judged with the years that it has; under three there is no answer (use EARS)."""
HALF: Final = 3
PERIODS: Final = 10
SKIPPED: Final = 26
ROBUST: Final = 2.58
CASES, WITHIN = 5, 4
STEPS: Final = 25
TOLERANCE: Final = 1e-8
"""R's glm.control: at most 25 steps, relative change of the deviance."""


@numba.njit(cache=True, nogil=True)
def groups_of(now, years, group):
    """Fill ``group`` (index → 0 none, 1 … PERIODS) for the week ``now``: windows around the same week of past years are
    group PERIODS, the weeks between them PERIODS - 1 blocks of nearly equal length."""
    group[:] = 0
    for i in range(now - HALF, now + 1):
        group[i] = PERIODS
    for year in range(1, years + 1):
        reference = now - WEEKS * year
        for i in range(reference - HALF, reference + HALF + 1):
            group[i] = PERIODS
        between = WEEKS - 2 * HALF - 1
        length, rest = between // (PERIODS - 1), between % (PERIODS - 1)
        place = reference + HALF + 1
        for block in range(1, PERIODS):
            for _ in range(length + (1 if block <= rest else 0)):
                group[place] = block
                place += 1
    for i in range(now - SKIPPED, now + 1):
        group[i] = 0


@numba.njit(cache=True, nogil=True)
def regress(y, group, time, prior, n, trend, beta, mean, hat):  # noqa: C901  compiled as one loop
    """Iteratively reweighted least squares of log mean on groups (and trend); returns (converged, dispersion).

    ``beta`` holds PERIODS group levels and the trend; ``mean`` and ``hat`` are filled for the n rows.
    """
    size = PERIODS + (1 if trend else 0)
    used = np.zeros(PERIODS)
    for i in range(n):
        used[group[i] - 1] += 1
        mean[i] = y[i] + 0.1
    matrix, right, row = np.empty((size, size)), np.empty(size), np.empty(size)
    old, converged = 0.0, False
    for i in range(n):
        old += 2.0 * prior[i] * ((y[i] * log(y[i] / mean[i]) if y[i] > 0.0 else 0.0) - (y[i] - mean[i]))
    for _ in range(STEPS):
        matrix[:, :] = 0.0
        right[:] = 0.0
        for i in range(n):
            weight = prior[i] * mean[i]
            target = log(mean[i]) + (y[i] - mean[i]) / mean[i]
            g = group[i] - 1
            matrix[g, g] += weight
            right[g] += weight * target
            if trend:
                matrix[size - 1, g] += weight * time[i]
                matrix[size - 1, size - 1] += weight * time[i] * time[i]
                right[size - 1] += weight * time[i] * target
        for g in range(PERIODS):
            if used[g] == 0.0:
                matrix[g, g] = 1.0
        solve(matrix, right, size)
        deviance = 0.0
        for i in range(n):
            eta = right[group[i] - 1] + (right[size - 1] * time[i] if trend else 0.0)
            mean[i] = max(exp(min(eta, 500.0)), 2.2e-16)
            deviance += 2.0 * prior[i] * ((y[i] * log(y[i] / mean[i]) if y[i] > 0.0 else 0.0) - (y[i] - mean[i]))
        if abs(deviance - old) / (abs(deviance) + 0.1) < TOLERANCE:
            converged = True
            break
        old = deviance
    for g in range(PERIODS):
        beta[g] = right[g]
    beta[PERIODS] = right[size - 1] if trend else 0.0
    chi, number = 0.0, 0
    for i in range(n):
        chi += prior[i] * (y[i] - mean[i]) ** 2 / mean[i]
        number += 1
    rank = size
    for g in range(PERIODS):
        if used[g] == 0.0:
            rank -= 1
    # leverages need the inverse of the last system: its Cholesky factor is in ``matrix``
    for i in range(n):
        for j in range(size):
            row[j] = 0.0
        row[group[i] - 1] = 1.0
        if trend:
            row[size - 1] = time[i]
        total = 0.0
        for j in range(size):
            value = row[j]
            for k in range(j):
                value -= matrix[j, k] * row[k]
            row[j] = value / matrix[j, j]
            total += row[j] * row[j]
        hat[i] = min(total * prior[i] * mean[i], 1.0 - 1e-10)
    return converged, chi / max(number - rank, 1)


@numba.njit(cache=True, nogil=True)
def robust(y, group, time, n, trend, beta, mean, hat, weight):
    """Fit, weigh outliers down, fit again; returns (converged, dispersion of at least 1)."""
    weight[:n] = 1.0
    converged, phi = regress(y, group, time, weight, n, trend, beta, mean, hat)
    if not converged:
        return False, 1.0
    phi = max(phi, 1.0)
    total = 0.0
    for i in range(n):
        raw = 1.5 * (y[i] ** (2.0 / 3.0) * mean[i] ** (-1.0 / 6.0) - sqrt(mean[i]))
        residual = raw / sqrt(phi * (1.0 - hat[i]))
        weight[i] = residual**-2.0 if residual > ROBUST else 1.0
        total += weight[i]
    for i in range(n):
        weight[i] *= n / total
    _, phi = regress(y, group, time, weight, n, trend, beta, mean, hat)
    return True, max(phi, 1.0)


@numba.njit(cache=True, nogil=True)
def predict(counts, newest, means, dispersions):
    """Fill mean and dispersion of the last ``newest`` weeks of every row; NaN where there is no answer."""
    rows, weeks = counts.shape
    group = np.empty(weeks, dtype=np.int64)
    y, time, mean, hat, weight = np.empty(weeks), np.empty(weeks), np.empty(weeks), np.empty(weeks), np.empty(weeks)
    chosen = np.empty(weeks, dtype=np.int64)
    beta = np.empty(PERIODS + 1)
    for out in range(newest):
        now = weeks - newest + out
        years = min(YEARS, (now - HALF) // WEEKS)
        if years < LEAST_YEARS:
            means[:, out] = np.nan
            dispersions[:, out] = np.nan
            continue
        groups_of(now, years, group)
        for row in range(rows):
            n, largest = 0, 0.0
            for i in range(weeks):
                if group[i] > 0 and counts[row, i] >= 0.0:
                    y[n], chosen[n], time[n] = counts[row, i], group[i], (i - now) / 52.0
                    largest = max(largest, y[n])
                    n += 1
            fitted, phi = robust(y, chosen, time, n, True, beta, mean, hat, weight)
            trend = fitted and exp(min(beta[PERIODS - 1], 500.0)) <= largest
            if not trend:
                fitted, phi = robust(y, chosen, time, n, False, beta, mean, hat, weight)
            means[row, out] = exp(min(beta[PERIODS - 1], 500.0)) if fitted else np.nan
            dispersions[row, out] = phi if fitted else np.nan


def judge_weeks(
    array: NDArray[Any], newest: int, alpha: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """(expected, upper, alarm) of the last ``newest`` weeks; NaN under 5 cases in 4 weeks or without three years."""
    counts = np.nan_to_num(np.asarray(array, dtype=np.float64), nan=-1.0)
    shape = (len(counts), newest)
    mean, phi = np.empty(shape), np.empty(shape)
    predict(counts, newest, mean, phi)
    over = np.where(phi > 1.0, phi, 2.0)
    with np.errstate(invalid="ignore"):
        upper = np.where(
            phi > 1.0,
            stats.nbinom.ppf(1 - alpha, mean / (over - 1.0), 1.0 / over),
            stats.poisson.ppf(1 - alpha, mean),
        )
    known = np.where(counts >= 0.0, counts, 0.0)
    sums = np.cumsum(known, axis=1)
    recent = sums[:, -newest:].copy()
    offset = counts.shape[1] - newest - WITHIN
    for out in range(newest):
        if offset + out >= 0:
            recent[:, out] -= sums[:, offset + out]
    enough = (recent >= CASES) & ~np.isnan(upper)
    observed = known[:, -newest:]
    return (
        np.where(enough, mean, np.nan),
        np.where(enough, upper, np.nan),
        enough & (observed > np.where(enough, upper, np.inf)) & (observed > 0),
    )


def judge_days(
    array: NDArray[Any], newest: int, alpha: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Totals of seven days, each judged among the totals of every seventh day before it (seven weekly series)."""
    counts = np.nan_to_num(np.asarray(array, dtype=np.float64), nan=0.0)
    sums = np.cumsum(counts, axis=1)
    totals = sums.copy()
    totals[:, 7:] -= sums[:, :-7]
    days = counts.shape[1]
    shape = (len(counts), newest)
    expected, upper, alarm = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    for phase in range(min(7, newest)):
        picked = np.arange(days - 1 - phase, 5, -7)[::-1]
        number = -(-(newest - phase) // 7)
        number = min(number, len(picked))
        if number < 1:
            continue
        places = newest - 1 - phase - 7 * np.arange(number)[::-1]
        mean, high, rings = judge_weeks(totals[:, picked], number, alpha)
        expected[:, places], upper[:, places], alarm[:, places] = mean / 7.0, high, rings
    # the bound of the day itself: what is left of the week's bound after the six days before
    rest = totals[:, -newest:] - counts[:, -newest:]
    return expected, np.maximum(upper - rest, 0.0), alarm

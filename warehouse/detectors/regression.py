"""The daily model: week-day × holiday × exp(level, trend, two yearly harmonics), fitted robustly, compiled.

Week-day and holiday factors have closed forms given the rest, and the smooth part is fitted on weekly totals with the
factors as exposure: the same quasi-likelihood as a regression on days, at a fiftieth of the cost. Weeks above
expectation lose weight as in Farrington (weights (c/r)² over Anscombe residuals), so past surges do not raise the
bound. Small series are held by weak priors instead of being refused.
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Final

import numba
import numpy as np

TERMS: Final = 6
"""Level, trend, cosine and sine of one and two waves a year."""
GROUPS: Final = 4
"""Holiday groups: 0 none, 1 spring festival, 2 National Day, 3 other."""
ROBUST: Final = 2.58
"""Residual from which a week loses weight (Farrington Flexible's ``weightsThreshold``)."""
OUTER: Final = 4
"""Rounds of factors and smooth part; after four nothing moves by more than a thousandth."""
PRIOR_SD: Final = (3.0, 0.15, 1.5, 1.5, 0.5, 0.5)
"""Prior standard deviation of the smooth part's terms on the log scale; the trend's is per year."""
SLOW_WEEKS: Final = 13
SLOW_DRIFT: Final = 0.15
"""The level may wander: each week's is the mean of the 13 weeks on either side, held at 1 by as many counts as a drift
of this standard deviation needs to show. A shift then neither bends the season nor passes for dispersion."""
DOW_PRIOR: Final = 10.0
HOLIDAY_PRIOR: Final = 8.0
"""Pseudo-counts (in units of the dispersion) that hold a factor at 1, a holiday group at all holidays' factor."""


@numba.njit(cache=True, nogil=True)
def solve(matrix, right, size):
    """Cholesky in place for a small positive definite system; the answer replaces ``right``."""
    for i in range(size):
        for j in range(i + 1):
            total = matrix[i, j]
            for k in range(j):
                total -= matrix[i, k] * matrix[j, k]
            if i == j:
                matrix[i, i] = sqrt(total if total > 1e-12 else 1e-12)
            else:
                matrix[i, j] = total / matrix[j, j]
    for i in range(size):
        total = right[i]
        for k in range(i):
            total -= matrix[i, k] * right[k]
        right[i] = total / matrix[i, i]
    for i in range(size - 1, -1, -1):
        total = right[i]
        for k in range(i + 1, size):
            total -= matrix[k, i] * right[k]
        right[i] = total / matrix[i, i]


@numba.njit(cache=True, nogil=True)
def newton(beta, totals, exposure, weight, features, first, last, penalty, rounds, matrix, right):
    """Newton steps of the weighted Poisson likelihood of weekly totals with exposure and a ridge."""
    for _ in range(rounds):
        for i in range(TERMS):
            right[i] = -penalty[i] * beta[i]
            for j in range(i + 1):
                matrix[i, j] = 0.0
            matrix[i, i] = penalty[i]
        for w in range(first, last):
            if exposure[w] <= 0.0 or weight[w] <= 0.0:
                continue
            eta = 0.0
            for i in range(TERMS):
                eta += beta[i] * features[w, i]
            mean = exposure[w] * exp(eta if eta < 30.0 else 30.0)
            gain, curve = weight[w] * (totals[w] - mean), weight[w] * mean
            for i in range(TERMS):
                right[i] += gain * features[w, i]
                part = curve * features[w, i]
                for j in range(i + 1):
                    matrix[i, j] += part * features[w, j]
        solve(matrix, right, TERMS)
        largest = 0.0
        for i in range(TERMS):
            move = right[i]
            move = 2.0 if move > 2.0 else (-2.0 if move < -2.0 else move)
            beta[i] += move
            largest = max(largest, abs(move))
        if largest < 1e-4:
            break


@numba.njit(cache=True, nogil=True)
def fit(counts, until, dow, holiday, week, features, beta, f_dow, f_hol, weight, totals, exposure, slow):  # noqa: C901  compiled as one loop
    """Fit days 0 … ``until`` - 1 of one series; negative counts are missing.

    Fills ``beta`` (TERMS), ``f_dow`` (7), ``f_hol`` (GROUPS), the weeks' ``weight`` and ``slow`` level. Returns (daily
    dispersion, weekly dispersion, variance of the log mean at the end, level of the last weeks).
    """
    first, last = week[0], week[until - 1] + 1
    matrix, right = np.empty((TERMS, TERMS)), np.empty(TERMS)
    penalty = np.empty(TERMS)
    day_sum, day_n = np.zeros(7), np.zeros(7)
    grand, number = 0.0, 0
    for w in range(first, last):
        totals[w], weight[w], slow[w] = 0.0, 1.0, 1.0
    for d in range(until):
        y = counts[d]
        if y < 0.0:
            continue
        totals[week[d]] += y
        grand += y
        number += 1
        if holiday[d] == 0:
            day_sum[dow[d]] += y
            day_n[dow[d]] += 1.0
    mean = (grand + 0.1) / (number + 1.0)
    for i in range(7):
        f_dow[i] = (day_sum[i] + DOW_PRIOR) / (mean * day_n[i] + DOW_PRIOR)
    for g in range(GROUPS):
        f_hol[g] = 1.0
    for i in range(TERMS):
        beta[i] = 0.0
    beta[0] = log(mean)
    phi, phi_week = 1.0, 1.0
    above, below = np.empty(GROUPS), np.empty(GROUPS)
    plain = np.empty(last)
    for turn in range(OUTER):
        for w in range(first, last):
            exposure[w] = 0.0
        for d in range(until):
            if counts[d] >= 0.0:
                exposure[week[d]] += f_dow[dow[d]] * f_hol[holiday[d]] * slow[week[d]]
        for i in range(TERMS):
            penalty[i] = phi / (PRIOR_SD[i] * PRIOR_SD[i])
        beta0 = beta[0]
        # the level's prior is centred on the plain mean
        for i in range(TERMS):
            if i == 0:
                penalty[0] = 0.0
        newton(beta, totals, exposure, weight, features, first, last, penalty, 8 if turn == 0 else 3, matrix, right)
        if not np.isfinite(beta[0]):
            beta[0] = beta0
        # weekly dispersion and weights
        chi, free = 0.0, 0.0
        for w in range(first, last):
            if exposure[w] <= 0.0:
                continue
            eta = 0.0
            for i in range(TERMS):
                eta += beta[i] * features[w, i]
            expected = exposure[w] * exp(eta if eta < 30.0 else 30.0)
            chi += weight[w] * (totals[w] - expected) ** 2 / (expected if expected > 0.01 else 0.01)
            free += weight[w]
        phi_week = max(1.0, chi / max(free - TERMS - 6.0, 1.0))
        scale = sqrt(min(phi_week, max(phi, 1.0) * 1.5)) if turn > 0 else sqrt(phi_week)
        for w in range(first, last):
            if exposure[w] <= 0.0:
                continue
            eta = 0.0
            for i in range(TERMS):
                eta += beta[i] * features[w, i]
            expected = max(exposure[w] * exp(eta if eta < 30.0 else 30.0), 1e-3)
            residual = 1.5 * (totals[w] ** (2.0 / 3.0) * expected ** (-1.0 / 6.0) - sqrt(expected)) / scale
            weight[w] = 1.0 if residual <= ROBUST else (ROBUST / residual) ** 2
        # week-day and holiday factors, and the daily dispersion with them
        for i in range(7):
            day_sum[i], day_n[i] = DOW_PRIOR * phi, DOW_PRIOR * phi
        for g in range(GROUPS):
            above[g], below[g] = 0.0, 0.0
        chi, free = 0.0, 0.0
        current, base = -1, 0.0
        for d in range(until):
            y = counts[d]
            if y < 0.0:
                continue
            w = week[d]
            if w != current:
                current = w
                eta = 0.0
                for i in range(TERMS):
                    eta += beta[i] * features[w, i]
                base = exp(eta if eta < 30.0 else 30.0) * slow[w]
            expected = base * f_dow[dow[d]] * f_hol[holiday[d]]
            u = weight[w]
            chi += u * (y - expected) ** 2 / (expected if expected > 1e-3 else 1e-3)
            free += u
            day_sum[dow[d]] += u * y
            day_n[dow[d]] += u * base * f_hol[holiday[d]]
            if holiday[d] > 0:
                above[holiday[d]] += u * y
                below[holiday[d]] += u * base * f_dow[dow[d]]
        phi = max(1.0, chi / max(free - TERMS - 8.0, 1.0))
        middle = 0.0
        for i in range(7):
            f_dow[i] = day_sum[i] / day_n[i]
            middle += f_dow[i] / 7.0
        for i in range(7):
            f_dow[i] /= middle
        beta[0] += log(middle)
        hold = HOLIDAY_PRIOR * phi
        pooled = (above.sum() - above[0] + hold) / (below.sum() - below[0] + hold)
        for g in range(1, GROUPS):
            f_hol[g] = (above[g] + 2.0 * hold * pooled) / (below[g] + 2.0 * hold)
        if turn < OUTER - 1:
            for w in range(first, last):
                eta = 0.0
                for i in range(TERMS):
                    eta += beta[i] * features[w, i]
                plain[w] = exposure[w] / slow[w] * exp(eta if eta < 30.0 else 30.0)
            hold = phi / (SLOW_DRIFT * SLOW_DRIFT)
            for w in range(first, last):
                seen, hoped = hold, hold
                for v in range(max(first, w - SLOW_WEEKS), min(last, w + SLOW_WEEKS + 1)):
                    seen += weight[v] * totals[v]
                    hoped += weight[v] * plain[v]
                slow[w] = seen / hoped
    # variance of the log mean at the last week: x' H⁻¹ x × dispersion
    for i in range(TERMS):
        right[i] = features[last - 1, i]
    for i in range(TERMS):
        for j in range(i + 1):
            matrix[i, j] = 0.0
        matrix[i, i] = phi / (PRIOR_SD[i] * PRIOR_SD[i])
    for w in range(first, last):
        eta = 0.0
        for i in range(TERMS):
            eta += beta[i] * features[w, i]
        curve = weight[w] * exposure[w] * exp(eta if eta < 30.0 else 30.0)
        for i in range(TERMS):
            for j in range(i + 1):
                matrix[i, j] += curve * features[w, i] * features[w, j]
    solve(matrix, right, TERMS)
    spread = 0.0
    for i in range(TERMS):
        spread += features[last - 1, i] * right[i]
    return phi, phi_week, max(0.0, min(spread * phi, 4.0)), slow[last - 1]

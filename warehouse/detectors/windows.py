"""Scores of days: the model of the days before, the level of the last weeks, and windows of one to seven days.

A day is judged by a model fitted on days before it only: all days up to the last multiple of 28 days since the epoch
(every day anew while there are fewer than 112 days before it), so judging one day or a year gives the same answer.
"""

from __future__ import annotations

from math import exp, sqrt
from typing import Final

import numba
import numpy as np

from warehouse.detectors.regression import GROUPS, TERMS, fit
from warehouse.detectors.tails import bound, surprise

REFIT: Final = 28
YOUNG: Final = 112
LEAST: Final = 14
"""Days of history below which a day is not judged."""
WIDTHS: Final = (1, 2, 3, 5, 7)
LEVEL_DAYS: Final = 56
LEVEL_GAP: Final = 10
"""The level is taken from 56 days that end 10 days before the judged day: a surge of ten days does not hide itself."""
DRIFT: Final = 0.1
"""Standard deviation of the level's drift on the log scale within such a span [P]; 0 would trust the model alone."""
SHIFT: Final = 3.5
"""z value of the recent level from which a shift is believed."""


@numba.njit(cache=True, nogil=True)
def judge(  # noqa: C901  compiled as one loop
    counts, ordinal, dow, holiday, week, features, newest, level, spread, widths, expected, upper, score, width_of
):
    """Fill expected, upper, score and width for the last ``newest`` days of every row; negative counts are missing."""
    rows, days = counts.shape
    weeks = features.shape[0]
    beta, f_dow, f_hol = np.empty(TERMS), np.empty(7), np.empty(GROUPS)
    weight, totals, exposure, slow = np.empty(weeks), np.empty(weeks), np.empty(weeks), np.empty(weeks)
    mean = np.empty(days)
    widest = widths[len(widths) - 1]
    for row in range(rows):
        y = counts[row]
        fitted = -1
        phi, phi_week, blur, lately = 1.0, 1.0, 0.0, 1.0
        for t in range(days - newest, days):
            out = t - (days - newest)
            expected[row, out], upper[row, out], score[row, out], width_of[row, out] = np.nan, np.nan, 0.0, 0
            until = t if t < YOUNG else t - ordinal[t] % REFIT
            if until < LEAST:
                continue
            if until != fitted:
                phi, phi_week, blur, lately = fit(
                    y, until, dow, holiday, week, features, beta, f_dow, f_hol, weight, totals, exposure, slow
                )
                fitted = until
                low = max(0, until - LEVEL_DAYS - LEVEL_GAP - widest)
                high = min(days, max(t + 1, until + REFIT))
                for d in range(low, high):
                    # between the middles of weeks the smooth part is a straight line on the log scale
                    place = (ordinal[d] % 7 - 3) / 7.0
                    w = week[d]
                    other = w + (1 if place > 0 else -1)
                    other = min(max(other, 0), weeks - 1)
                    here, there = 0.0, 0.0
                    for i in range(TERMS):
                        here += beta[i] * features[w, i]
                        there += beta[i] * features[other, i]
                    eta = here + abs(place) * (there - here)
                    mean[d] = exp(min(eta, 30.0)) * f_dow[dow[d]] * f_hol[holiday[d]] * lately
            # the level of the last weeks, surges weighted down
            start, stop = max(0, max(until - LEVEL_DAYS - LEVEL_GAP, t - LEVEL_DAYS - LEVEL_GAP)), t - LEVEL_GAP
            seen, hoped = 0.0, 0.0
            for d in range(start, stop):
                if y[d] >= 0.0:
                    top = mean[d] + 3.0 * sqrt(phi * mean[d]) + 1.0
                    seen += y[d] if y[d] < top else top
                    hoped += mean[d]
            hold = phi / (DRIFT * DRIFT)
            ratio = 1.0
            if hoped > 0.0:
                z = (seen - hoped) / sqrt(phi * hoped)
                if z > SHIFT or z < -SHIFT:
                    hold *= (SHIFT / abs(z)) ** 4
                ratio = (seen + hold) / (hoped + hold)
            total, hope = 0.0, 0.0
            best, best_width, least = 0.0, 1, np.inf
            k = 0
            extra = max(0.0, phi_week - 1.25 * phi)
            for back in range(widest):
                d = t - back
                if d < 0:
                    break
                if y[d] >= 0.0:
                    total += y[d]
                    hope += max(mean[d] * ratio, 1e-6)
                if back + 1 != widths[k]:
                    continue
                k += 1
                if hope <= 0.0:
                    continue
                law = phi + extra * back / 6.0 + hope * blur
                value = surprise(total, hope, law)
                if value > best:
                    best, best_width = value, back + 1
                if y[t] >= 0.0:
                    least = min(least, bound(level, hope, law, spread) - (total - y[t]))
                if k == len(widths):
                    break
            expected[row, out] = mean[t] * ratio
            upper[row, out] = max(least, 0.0)
            # a day without a case is never news, whatever the days before it were
            score[row, out] = best if y[t] > 0.0 else 0.0
            width_of[row, out] = best_width

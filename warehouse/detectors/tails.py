"""Upper tails and quantiles of over-dispersed counts, compiled: negative binomial with variance ``dispersion × mean``.

The sum of such counts over days is of the same family with the same dispersion, which is why windows of days need no
new model (Noufaily et al. 2019 simulate the same law). Dispersion 1 is Poisson.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p, sqrt
from typing import Final

import numba

POISSON: Final = 1.0 + 1e-6
"""Dispersion below which the law is Poisson."""
TERM: Final = 1e-7
"""Sums stop when a term is so small beside the sum; far below what four places of a score show."""
FLOOR: Final = 1e-300


@numba.njit(cache=True, nogil=True)
def log_mass(count: float, mean: float, dispersion: float) -> float:
    """Natural logarithm of the probability of ``count``; ``mean`` > 0."""
    if dispersion <= POISSON:
        return count * log(mean) - mean - lgamma(count + 1.0)
    size = mean / (dispersion - 1.0)
    return (
        lgamma(count + size) - lgamma(size) - lgamma(count + 1.0) - size * log(dispersion)
        + count * log1p(-1.0 / dispersion)
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def mid_tail(count: float, mean: float, dispersion: float) -> float:
    """P(X > count) + P(X = count) / 2 for a count above the mean; sums outwards from ``count``."""
    mass = exp(log_mass(count, mean, dispersion))
    total = 0.5 * mass
    if dispersion <= POISSON:
        size, ratio = 0.0, 0.0
    else:
        size, ratio = mean / (dispersion - 1.0), 1.0 - 1.0 / dispersion
    k = count
    while mass > TERM * total and mass > FLOOR:
        mass *= mean / (k + 1.0) if dispersion <= POISSON else (size + k) / (k + 1.0) * ratio
        k += 1.0
        total += mass
    return total


@numba.njit(cache=True, nogil=True)
def surprise(count: float, mean: float, dispersion: float) -> float:
    """-log10 of the mid-p upper tail; 0 for a count that is not above its mean."""
    if count <= mean:
        return 0.0
    tail = mid_tail(count, mean, dispersion)
    return -log(tail if tail > FLOOR else FLOOR) / 2.302585092994046


@numba.njit(cache=True, nogil=True)
def bound(level: float, mean: float, dispersion: float, spread: float) -> float:
    """The largest count whose surprise does not exceed ``level``; ``spread`` is its normal quantile (start value)."""
    sd = sqrt(mean * dispersion)
    skew = (2.0 * dispersion - 1.0) / sd
    k = float(int(mean + sd * spread + (spread * spread - 1.0) * skew * sd / 6.0))
    if k < mean:
        k = float(int(mean))
    step = 1.0
    if surprise(k, mean, dispersion) > level:
        while k > mean and surprise(k, mean, dispersion) > level:
            k -= step
        return k if k > 0.0 else 0.0
    while surprise(k + step, mean, dispersion) <= level:
        k += step
    return k

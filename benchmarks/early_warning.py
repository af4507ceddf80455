"""Measures early warning: operating table against the oracle, alarm budget, speed.
``python benchmarks/early_warning.py [options]``

--seeds N      simulated sets for each of the two simulators (default 2)
--replicates R series of every signal and size in a set (default 4: 200 series)
--large        also judge the newest day of 100,000 series × 2,557 days (1 GB of counts)
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.surges import DAYS, HOLIDAY, SCORED, SIGNALS, measures, oracle_scores, simulate
from warehouse.early_warning import LEVEL, detect

FIRST = date(2018, 1, 1)


def operating(seed: int, replicates: int, hard: bool) -> dict[str, float]:
    """Specificity at the shipped level, and the other measures as shares of the oracle's at the same specificity."""
    made = simulate(seed, replicates, hard=hard)
    alarms = detect(made.counts, FIRST, HOLIDAY, days=SCORED)
    mine = measures(made, alarms.alarm)
    scores = oracle_scores(made)
    quiet = made.surge[:, -SCORED:] == 0
    limit = measures(made, scores > np.quantile(scores[quiet], mine["specificity"]))
    return {"specificity": mine["specificity"]} | {
        name: mine[name] / limit[name] for name in ("pod", "sensitivity", "timeliness")
    }


def budget(seed: int, asked: float = 5.0, replicates: int = 500) -> float:
    """False alarms a day over 5,000 surge-free series with a budget of ``asked`` a day."""
    total = 0.0
    rng = np.random.default_rng(seed)
    parts = [simulate(int(rng.integers(1 << 31)), replicates // 10, sizes=(0,)).counts for _ in range(10)]
    counts = np.concatenate(parts)
    alarms = detect(counts, FIRST, HOLIDAY, days=60, budget=asked)
    total = float(alarms.alarm.sum()) / 60
    return total


def speed(replicates: int = 10) -> float:
    """Judged series-days per CPU second, every day of the last 343."""
    counts = simulate(1, replicates).counts
    detect(counts[:2], FIRST, HOLIDAY, days=2)
    start = time.process_time()
    detect(counts, FIRST, HOLIDAY, days=SCORED)
    return counts.shape[0] * SCORED / (time.process_time() - start)


def large(series: int = 100_000) -> tuple[float, float]:
    """Seconds and peak gigabytes for the newest day of ``series`` series."""
    rng = np.random.default_rng(0)
    counts = np.empty((series, DAYS), dtype=np.int32)
    means = np.exp(rng.normal(-0.5, 1.5, series))
    for row in range(0, series, 1000):
        counts[row : row + 1000] = rng.poisson(means[row : row + 1000, None], (1000, DAYS))
    detect(counts[:2], FIRST)
    start = time.perf_counter()
    detect(counts, FIRST, HOLIDAY)
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--replicates", type=int, default=4)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    detect(np.ones((1, 400), dtype=int), FIRST)
    print(f"{len(SIGNALS)} signals, level {LEVEL}; POD, sensitivity, timeliness as shares of the oracle's")
    print("simulator  seed  specificity    POD  sensitivity  timeliness")
    for hard in (False, True):
        for seed in range(101, 101 + options.seeds):
            row = operating(seed, options.replicates, hard)
            print(
                f"{'hard' if hard else 'plain':9}  {seed:4}  {row['specificity']:11.4f}  {row['pod']:5.3f}"
                f"  {row['sensitivity']:11.3f}  {row['timeliness']:10.3f}"
            )
    print(f"false alarms a day, budget 5, 5,000 surge-free series: {budget(7):.2f}")
    print(f"series-days per CPU second: {speed():,.0f}")
    if options.large:
        seconds, peak = large()
        print(f"100,000 series x {DAYS} days, newest day: {seconds:.1f} s, peak {peak:.2f} GB")


if __name__ == "__main__":
    main()

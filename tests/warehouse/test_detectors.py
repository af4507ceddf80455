"""Detectors: the golden answers of R, days judged alone as with their future cut, bad input, stated behaviour."""

import math
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from classify.ticket import InputError
from warehouse.detectors import ears
from warehouse.detectors.calendar import make_calendar, official
from warehouse.detectors.farrington import judge_weeks
from warehouse.detectors.tails import POISSON, bound, mid_tail, surprise
from warehouse.early_warning import LEVEL, METHODS, Policy, detect, level_of

GOLDEN = Path(__file__).parent.parent / "golden" / "farrington.csv.gz"
FIRST = date(2018, 1, 1)


def noisy(seed, series, days, mean=3.0, dispersion=1.5):
    rng = np.random.default_rng(seed)
    wave = mean * np.exp(0.4 * np.cos(2 * np.pi * np.arange(days) / 365.25))
    return rng.negative_binomial(wave / (dispersion - 1), 1 / dispersion, size=(series, days))


def test_farrington_answers_like_r():
    golden = pd.read_csv(GOLDEN)
    wide = {name: golden.pivot(index="scenario", columns="week", values=name).to_numpy() for name in golden.columns[2:]}
    expected, upper, alarm = judge_weeks(wide["count"], 49, 0.005)
    assert (alarm == (wide["alarm"][:, -49:] == 1)).all()
    assert (np.isnan(upper) == np.isnan(wide["upperbound"][:, -49:])).all()
    assert np.nanmax(abs(upper - wide["upperbound"][:, -49:])) == 0
    assert np.nanmax(abs(expected / wide["expected"][:, -49:] - 1)) < 1e-4


@given(
    st.integers(0, 400),
    st.floats(0.01, 200),
    st.floats(1.0, 6.0).filter(lambda value: value < POISSON or value > 1.01),
)
@settings(max_examples=150, deadline=None)
def test_tails_are_those_of_scipy(count, mean, dispersion):
    law = stats.poisson(mean) if dispersion < POISSON else stats.nbinom(mean / (dispersion - 1), 1 / dispersion)
    if count <= mean:
        assert surprise(float(count), mean, dispersion) == 0
        return
    wanted = law.sf(count) + 0.5 * law.pmf(count)
    if wanted > 1e-200:
        assert mid_tail(float(count), mean, dispersion) == pytest.approx(wanted, rel=1e-4)


@given(st.floats(0.01, 500), st.floats(1.0, 5.0), st.floats(1.0, 8.0))
@settings(max_examples=150, deadline=None)
def test_bound_is_the_last_count_that_is_no_alarm(mean, dispersion, level):
    high = bound(level, mean, dispersion, 3.0)
    assert high == math.floor(high)
    assert surprise(high, mean, dispersion) <= level or high == 0
    assert surprise(high + 1, mean, dispersion) > level or high + 1 <= mean


def test_a_surge_is_found_and_its_bound_tells_the_alarm():
    counts = noisy(1, 20, 1200)
    counts[3, -4:] += 15
    alarms = detect(counts, FIRST, days=30)
    assert alarms.alarm[3, -4:].any()
    assert alarms.expected.shape == alarms.upper.shape == alarms.alarm.shape == (20, 30)
    told = (counts[:, -30:] > alarms.upper) & (counts[:, -30:] > 0)
    assert (told == alarms.alarm).all()
    quiet = np.delete(alarms.alarm, 3, axis=0)
    assert quiet.mean() < 0.03


@pytest.mark.parametrize("method", METHODS)
def test_a_day_does_not_know_its_future(method):
    counts = noisy(2, 4, 1300)
    counts[1, -9:-4] += 12
    whole = detect(counts, FIRST, days=40, method=method)
    for cut in (1, 6, 17, 33):
        part = detect(counts[:, :-cut], FIRST, days=1, method=method)
        for name in ("alarm", "expected", "upper", "score"):
            np.testing.assert_array_equal(getattr(part, name)[:, 0], getattr(whole, name)[:, -cut - 1])


def test_short_and_odd_series_have_stated_answers():
    zeros = detect(np.zeros((2, 900), dtype=int), FIRST, days=10)
    assert not zeros.alarm.any()
    assert (zeros.expected < 0.05).all()
    one = detect(np.array([[5]]), FIRST)
    assert np.isnan(one.expected).all()
    assert not one.alarm.any()
    same = detect(np.full((1, 3650), 7), date(2014, 1, 1), days=5)
    assert not same.alarm.any()
    assert same.expected == pytest.approx(7, rel=0.15)
    young = noisy(3, 1, 40)
    young[0, -1] = 60
    assert detect(young, FIRST).alarm.all()


def test_gaps_are_not_quiet_days():
    counts = noisy(4, 3, 1000, mean=20.0).astype(float)
    full = detect(counts, FIRST).expected
    holed = counts.copy()
    holed[:, 100:400] = np.nan
    assert detect(holed, FIRST).expected == pytest.approx(full, rel=0.15)
    holed[:, -1] = np.nan
    missing = detect(holed, FIRST)
    assert not missing.alarm.any()
    assert (missing.score == 0).all()


def test_a_past_surge_does_not_raise_the_bound():
    counts = noisy(5, 1, 1500)
    calm = detect(counts, FIRST).upper[0, 0]
    counts[0, 1120:1130] += 60
    assert detect(counts, FIRST).upper[0, 0] <= calm + 2


def test_a_new_level_is_learned_within_three_months():
    counts = noisy(6, 6, 1500)
    counts[:, -100:] += np.random.default_rng(1).poisson(4, size=(6, 100))
    alarms = detect(counts, FIRST, days=100)
    assert alarms.alarm[:, 7:30].mean() > alarms.alarm[:, -20:].mean()
    assert alarms.alarm[:, -20:].mean() < 0.12


def test_the_bound_of_a_day_alone_does_not_fall_behind_a_surge():
    counts = np.zeros((1, 400), dtype=int)
    counts[0, ::5] = 1
    counts[0, -6:] = 30, 25, 20, 1, 1, 1
    whole, alone = detect(counts, FIRST, days=6), detect(counts, FIRST, days=6, widths=(1,))
    assert whole.alarm[0, :4].all(), "a week with so much in it is still out of the ordinary"
    assert alone.alarm.tolist() == [[True] * 3 + [False] * 3]
    assert (alone.upper >= whole.upper).all()
    np.testing.assert_array_equal(alone.expected, whole.expected)


def test_budget_and_alpha_set_the_level():
    assert level_of(0.0114) == pytest.approx(LEVEL)
    assert level_of(0.001) > level_of(0.01) > level_of(0.2)
    counts = noisy(7, 50, 800)
    assert detect(counts, FIRST, budget=5.0).level == detect(counts, FIRST, alpha=0.1).level


@pytest.mark.parametrize(
    "options",
    [
        {"method": "magic"}, {"period": "month"}, {"days": 0}, {"alpha": 0.9}, {"alpha": 0.01, "budget": 3},
        {"budget": -1}, {"level": 3}, {"method": "default", "period": "week"},
        {"widths": ()}, {"widths": (4,)},
    ],
)  # fmt: skip
def test_unknown_options_are_refused(options):
    with pytest.raises(InputError):
        detect(np.ones((1, 50), dtype=int), FIRST, **options)


@pytest.mark.parametrize("counts", [[[-1, 2]], [[0.5, 2.0]], [[np.inf, 1.0]], [1, 2], [["a", "b"]], [[]]])
def test_what_is_no_count_is_refused(counts):
    with pytest.raises(InputError, match="计数"):
        detect(np.array(counts), FIRST)


def test_calendar_knows_spring_festival_and_make_up_days():
    assert official(date(2024, 2, 12)) == (1, False)
    assert official(date(2024, 2, 4)) == (0, True)  # a Sunday that was worked
    assert official(date(2024, 10, 3)) == (2, False)
    days = make_calendar(date(2024, 2, 1), 29)
    assert days.dow[3] == 0
    assert (days.holiday == 1).sum() == 8


def test_ears_on_hand_made_numbers():
    counts = np.array([[2, 4, 2, 4, 2, 4, 3, 0, 0, 20]])
    mean, upper, alarm = ears.judge(counts, 1, "2", 0.001)
    assert mean[0, 0] == pytest.approx(np.mean([2, 4, 2, 4, 2, 4, 3]))
    assert upper[0, 0] == pytest.approx(mean[0, 0] + 3.0902 * np.std([2, 4, 2, 4, 2, 4, 3], ddof=1), rel=1e-3)
    assert alarm.all()
    assert not ears.judge(counts[:, :5], 2, "1", 0.001)[2].any()
    assert Policy(method="ears-c3").alpha is None


@st.composite
def tables(draw):
    """A few series of any shape: quiet, busy, constant, with bursts and holes; integers or floats with NaN."""
    series, days = draw(st.integers(1, 3)), draw(st.integers(60, 420))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    counts = rng.poisson(draw(st.sampled_from([0.0, 0.05, 1.0, 12.0, 300.0])), (series, days)).astype(float)
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, days - 1))
        counts[draw(st.integers(0, series - 1)), start : start + draw(st.integers(1, 30))] += draw(st.integers(1, 60))
    if draw(st.booleans()):
        start = draw(st.integers(0, days - 1))
        counts[:, start : start + draw(st.integers(1, 90))] = np.nan
        return counts
    return counts.astype(draw(st.sampled_from([np.int32, np.int64, np.uint8 if counts.max() < 256 else np.int32])))


@given(tables(), st.data(), st.sampled_from(METHODS), st.sampled_from([{}, {"alpha": 0.01}, {"budget": 0.5}]))
@settings(max_examples=60, deadline=None)
def test_any_day_of_any_table_is_judged_as_if_the_file_ended_there(counts, data, method, level):
    newest = data.draw(st.integers(2, 30))
    cut = data.draw(st.integers(1, newest - 1))
    whole = detect(counts, FIRST, days=newest, method=method, **level)
    part = detect(counts[:, :-cut], FIRST, days=1, method=method, **level)
    for name in ("alarm", "expected", "upper", "score", "width"):
        np.testing.assert_array_equal(getattr(part, name)[:, 0], getattr(whole, name)[:, -cut - 1], err_msg=name)

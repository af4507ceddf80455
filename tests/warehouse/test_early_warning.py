"""``jiesu detect`` on files: layouts, stated gaps, refusals that name row and column, golden file, simulator."""

import csv
import gzip
from pathlib import Path

import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.surges import DATES, HOLIDAY, SCORED, measures, oracle_scores, simulate
from classify.ticket import InputError
from warehouse.counts_file import read_counts
from warehouse.early_warning import detect_file

GOLDEN = Path(__file__).parent.parent / "golden" / "farrington.csv.gz"


def write(path, rows, header=("series", "day", "count")):
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def test_golden_file_through_the_file_door(tmp_path):
    golden = pd.read_csv(GOLDEN)
    counts = golden.rename(columns={"scenario": "series", "week": "day"})[["series", "day", "count"]]
    counts.to_csv(tmp_path / "counts.csv", index=False)
    said = detect_file(
        tmp_path / "counts.csv", tmp_path / "alarms.csv", method="farrington", period="week", alpha=0.005, days=49
    )
    alarms = pd.read_csv(tmp_path / "alarms.csv")
    assert list(alarms.columns) == ["series", "day", "alarm", "expected", "upper", "score"]
    both = golden.merge(alarms, left_on=["scenario", "week"], right_on=["series", "day"], suffixes=("_r", ""))
    assert len(both) == 28 * 49 == said["judged"]
    assert (both["alarm"] == both["alarm_r"]).all()
    assert both["upper"].fillna(-1).equals(both["upperbound"].fillna(-1))


@pytest.mark.slow
@pytest.mark.parametrize("hard", [False, True])
def test_default_stays_near_the_oracle(tmp_path, hard):
    made = simulate(31, 3, hard=hard)
    frame = pd.DataFrame(
        {
            "series": np.repeat(np.arange(len(made.counts)), len(DATES)),
            "day": np.tile(DATES.strftime("%Y-%m-%d"), len(made.counts)),
            "count": made.counts.ravel(),
            "holiday": np.tile(HOLIDAY.astype(int), len(made.counts)),
        }
    )
    frame.to_csv(tmp_path / "counts.csv.gz", index=False, compression={"method": "gzip", "compresslevel": 1})
    detect_file(tmp_path / "counts.csv.gz", tmp_path / "alarms.csv", days=SCORED)
    alarms = pd.read_csv(tmp_path / "alarms.csv")
    mine = measures(made, alarms["alarm"].to_numpy().reshape(-1, SCORED) > 0)
    scores = oracle_scores(made)
    quiet = made.surge[:, -SCORED:] == 0
    limit = measures(made, scores > np.quantile(scores[quiet], mine["specificity"]))
    assert 0.985 <= mine["specificity"] <= 0.993
    assert mine["pod"] / limit["pod"] > (0.92 if hard else 0.95)
    assert mine["sensitivity"] / limit["sensitivity"] > (0.91 if hard else 0.93)
    assert mine["timeliness"] / limit["timeliness"] < (1.1 if hard else 1.08)


def test_missing_rows_are_zeros_and_common_holes_are_missing(tmp_path):
    path = write(
        tmp_path / "c.csv",
        [("a", "2024-01-01", 3), ("a", "2024-01-02", 1), ("a", "2024-01-05", 2), ("b", "2024-01-02", 4)],
    )
    table = read_counts(path)
    assert table.names == ["a", "b"]
    assert table.labels[0] == "2024-01-01"
    assert table.labels[-1] == "2024-01-05"
    np.testing.assert_array_equal(table.counts[0], [3, 1, np.nan, np.nan, 2])  # no series has the 3rd and 4th
    np.testing.assert_array_equal(table.counts[1], [np.nan, 4, np.nan, np.nan, 0])  # b begins on the 2nd


def test_weeks_are_dates_of_one_week_day(tmp_path):
    path = write(tmp_path / "w.csv", [("a", "2024-01-03", 3), ("a", "2024-01-17", 1)])
    table = read_counts(path, "week")
    assert table.labels == ["2024-01-03", "2024-01-10", "2024-01-17"]
    path = write(tmp_path / "x.csv", [("a", "2024-01-03", 3), ("a", "2024-01-18", 1)])
    with pytest.raises(InputError, match="星期"):
        read_counts(path, "week")


@pytest.mark.parametrize(
    ("rows", "row", "field"),
    [
        ([("a", "2024-01-01", 1), ("a", "2024-01-02", -1)], 2, "count"),
        ([("a", "2024-01-01", 1.5)], 1, "count"),
        ([("a", "2024-01-01", "many")], 1, "count"),
        ([("a", "yesterday", 1)], 1, "day"),
        ([("a", "2024-01-01", 1), ("a", "2024-01-01", 1)], 2, "day"),
        ([("", "2024-01-01", 1)], 1, "series"),
    ],
)
def test_bad_rows_are_named(tmp_path, rows, row, field):
    path = write(tmp_path / "bad.csv", rows)
    with pytest.raises(InputError) as caught:
        detect_file(path, tmp_path / "out.csv")
    assert (caught.value.where.row, caught.value.where.field) == (row, field)
    assert not (tmp_path / "out.csv").exists()


def test_files_that_are_no_counts(tmp_path):
    for name, content in (("empty.csv", b""), ("head.csv", b"series,day,count\n"), ("no.csv", b"a,b\n1,2\n")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError):
            detect_file(tmp_path / name, tmp_path / "out.csv")
    with pytest.raises(InputError):
        detect_file(tmp_path, tmp_path / "out.csv")
    (tmp_path / "broken.csv.gz").write_bytes(gzip.compress(b"series,day,count\na,2024-01-01,1\n")[:-9])
    with pytest.raises(InputError):
        detect_file(tmp_path / "broken.csv.gz", tmp_path / "out.csv")


def test_cut_files_judge_the_same_day_alike(tmp_path):
    rng = np.random.default_rng(3)
    days = pd.date_range("2022-01-01", periods=700).strftime("%Y-%m-%d")
    rows = [("a", day, int(count)) for day, count in zip(days, rng.poisson(3, 700), strict=True)]
    rows[600] = (*rows[600][:2], 25)
    detect_file(write(tmp_path / "all.csv", rows), tmp_path / "all_alarms.csv", days=120)
    whole = pd.read_csv(tmp_path / "all_alarms.csv", index_col="day")
    for last in (600, 601, 655):
        detect_file(write(tmp_path / "cut.csv", rows[: last + 1]), tmp_path / "cut_alarms.csv")
        cut = pd.read_csv(tmp_path / "cut_alarms.csv", index_col="day")
        assert cut.loc[rows[last][1]].equals(whole.loc[rows[last][1]])
    assert whole.loc[rows[600][1], "alarm"] == 1


@given(st.data())
@hypothesis.settings(max_examples=25, deadline=None)
def test_any_day_of_any_file_is_judged_as_if_the_file_ended_there(tmp_path_factory, data):
    """Series that begin late, missing rows, days without any row: the file cut at a day gives that day's alarms."""
    folder = tmp_path_factory.mktemp("cut")
    days = data.draw(st.integers(40, 200))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    keep = data.draw(st.sampled_from([1.0, 0.9, 0.3]))
    labels = pd.date_range("2024-01-01", periods=days).strftime("%Y-%m-%d")
    starts = {"a": 0, "b": data.draw(st.integers(0, days - 1))}
    rows = [
        (name, labels[day], int(rng.poisson(2) + (20 if rng.random() < 0.02 else 0)))
        for day in range(days)
        for name in "ab"
        if day >= starts[name] and (rng.random() < keep or (name == "a" and day in (0, days - 1)))
    ]
    newest = data.draw(st.integers(2, 20))
    detect_file(write(folder / "all.csv", rows), folder / "all_out.csv", days=newest)
    whole = pd.read_csv(folder / "all_out.csv", index_col=["series", "day"])
    shown = sorted({day for _, day, _ in rows})
    last = data.draw(st.sampled_from([day for day in shown if day >= labels[-newest]]))
    part = [row for row in rows if row[1] <= last]
    detect_file(write(folder / "cut.csv", part), folder / "cut_out.csv")
    cut = pd.read_csv(folder / "cut_out.csv", index_col=["series", "day"])
    for key in cut.index:
        pd.testing.assert_series_equal(cut.loc[key], whole.loc[key])

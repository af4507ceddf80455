"""The committed part is what the generator writes today; when it differs, run ``samples.small.write_small()``."""

from samples.small import FILES, FOLDER, write_small


def test_committed_files_are_current(tmp_path):
    write_small(tmp_path)
    for own in FILES.values():
        if not own.endswith(".xlsx"):  # a workbook holds the time of writing
            assert (FOLDER / own).read_bytes() == (tmp_path / own).read_bytes(), own
    assert (FOLDER / FILES["tickets.xlsx"]).exists()


def test_csv_is_gb18030():
    raw = (FOLDER / FILES["tickets.csv"]).read_bytes()
    assert raw.decode("gb18030").startswith("工单编号,来电时间")

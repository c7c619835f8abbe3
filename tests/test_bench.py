from tests.installation import Installation


def test_bench_measures_every_page_beside_an_empty_view(tmp_path):
    status, table = Installation.without_data(tmp_path).manage("bench", "--rounds", "1")

    assert status == 0, table
    assert "43 procedures, median of 1 rounds" in table
    assert [line[:12].strip() for line in table.splitlines()[2:]] == [
        "empty view",
        "home",
        "list",
        "ficha",
        "search",
        "sheet (PDF)",
    ]

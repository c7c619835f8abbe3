from portal.bench.brochure import ARTICLE, with_words_shuffled
from tests.installation import Installation


def bench(tmp_path, *arguments):
    return Installation.without_data(tmp_path).manage("bench", *arguments, "--rounds", "1", "--size", "300")


def first_column(table, *, width, skip):
    return [line[:width].strip() for line in table.strip().splitlines()[skip:]]


def test_bench_measures_every_page_beside_an_empty_view(tmp_path):
    status, table = bench(tmp_path, "pages")

    assert status == 0, table
    assert "43 procedures, median of 1 rounds" in table
    assert first_column(table, width=14, skip=2) == [
        "empty view",
        "home",
        "list",
        "ficha",
        "search",
        "plan",
        "plan (JSON)",
        "sheet (PDF)",
    ]


def test_bench_makes_plans_of_many_procedures_with_as_many_queries_as_of_43(tmp_path):
    status, table = bench(tmp_path, "plans")

    assert status == 0, table
    rows = table.strip().splitlines()[2:]
    assert [row[:26].strip() for row in rows] == [
        "of the house, taquería",
        "of the house, all unknown",
        "300 synthetic more",
    ]
    queries = [int(row[26:35]) for row in rows]
    assert len(set(queries)) == 1
    assert int(rows[2].split()[-1]) > int(rows[1].split()[-1])  # items in the plan


def test_bench_opens_every_list_of_the_admin_with_constant_queries(tmp_path):
    status, table = bench(tmp_path, "admin")

    assert status == 0, table
    rows = table.strip().splitlines()[2:]
    assert len(rows) > 25
    queries = {row[:44].strip(): row[53:].split() for row in rows}
    assert {name: counts for name, counts in queries.items() if counts[0] != counts[1]} == {}


def test_bench_refuses_what_it_does_not_know(tmp_path):
    status, said = bench(tmp_path, "nothing")

    assert status == 2
    assert "pages, plans, admin" in said


def test_bench_draws_sheets_and_editions_beside_the_library_as_it_is(tmp_path):
    status, table = Installation.without_data(tmp_path).manage("bench", "brochure", "--size", "43")

    assert status == 0, table
    rows = [line.split() for line in table.strip().splitlines()[3:]]
    assert [row[:-7] for row in rows] == [
        ["a", "sheet,", "median", "of", "43"],
        ["a", "sheet,", "median", "of", "43"],
        ["edition", "of", "43"],
        ["edition", "of", "43"],
    ]
    assert [row[-7] for row in rows] == ["portal", "stock"] * 2
    assert rows[0][-2] == rows[1][-2]  # the same pages, whoever draws them
    assert rows[2][-2] == rows[3][-2]
    assert int(rows[0][-2]) < 50


def test_copies_of_a_record_say_the_same_words_in_another_order():
    record = """<article class="record"><header>
<h3 class="record-name" data-number="N.º {} · " id="x">uno dos tres cuatro cinco seis</h3><img alt="siete ocho">
</header></article>"""
    chapter = record.format(67) + record.format(68)
    shuffled = ARTICLE.sub(lambda article: with_words_shuffled(article, originals=67), chapter)
    original, copy = shuffled.split("</article>")[:2]
    assert original in record.format(67)
    assert copy not in record.format(68)
    assert sorted(copy) == sorted(record.format(68).removesuffix("</article>"))
    assert 'alt="siete ocho"' in copy

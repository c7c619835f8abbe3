import datetime
from decimal import Decimal

import pytest
from django.utils import translation

from procedures import display
from procedures.models import Call, Fee, OpeningHours, Requirement, UnitValue
from procedures.models.procedures import TimeUnit

UMA = UnitValue(unit="UMA", year=2026, daily=Decimal("117.31"))
TODAY = datetime.date(2026, 3, 10)


@pytest.fixture(autouse=True, params=["es", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


def fee(kind, minimum=None, maximum=None, unit="MXN", assurance="confirmed"):
    amounts = [None if amount is None else Decimal(amount) for amount in (minimum, maximum)]
    return Fee(kind=kind, minimum=amounts[0], maximum=amounts[1], unit=unit, assurance=assurance)


def test_money_is_written_as_in_mexico():
    assert display.money(Decimal("1702")) == "$1,702.00 MXN"
    assert display.money(Decimal("0.5")) == "$0.50 MXN"


def test_number_has_no_idle_zeros():
    assert display.number(Decimal("3.0000")) == "3"
    assert display.number(Decimal("2.50")) == "2.5"
    assert display.number(Decimal("1000")) == "1,000"


def test_duration_counts_in_words(language):
    expected = {"es": ["1 día hábil", "3 días hábiles", "10 años", ""], "en": ["1 business day", "3 business days"]}

    written = [
        display.duration(1, "business_days"),
        display.duration(3, "business_days"),
        display.duration(10, "years"),
        display.duration(None, ""),
    ]

    assert written[: len(expected[language])] == expected[language]


def test_every_unit_of_time_has_words():
    written = {unit: display.duration(2, unit) for unit in TimeUnit.values}

    assert len(set(written.values())) == len(TimeUnit.values) == 6


def test_uma_is_given_in_pesos_with_its_year(language):
    expected = {
        "es": "10 UMA ($1,173.10 MXN, valor de 2026)",
        "en": "10 UMA ($1,173.10 MXN, 2026 value)",
    }

    assert display.amount(Decimal(10), "UMA", UMA) == expected[language]
    assert display.amount(Decimal(10), "UMA") == "10 UMA"
    assert display.amount(Decimal("3.0000"), "percent") == "3%"


@pytest.mark.parametrize(
    ("row", "spanish", "english"),
    [
        (fee("free"), "Gratuito", "Free"),
        (fee("fixed", 1702), "$1,702.00 MXN", "$1,702.00 MXN"),
        (fee("range", 100, 200), "De $100.00 MXN a $200.00 MXN", "From $100.00 MXN to $200.00 MXN"),
        (fee("range", None, 670), "Hasta $670.00 MXN", "Up to $670.00 MXN"),
        (fee("range", 100), "Desde $100.00 MXN", "From $100.00 MXN"),
        (fee("formula", 3, unit="percent"), "3%", "3%"),
    ],
)
def test_fee_amount_of_each_kind(language, row, spanish, english):
    assert display.fee_amount(row) == (spanish if language == "es" else english)


@pytest.mark.parametrize(
    ("fees", "spanish", "english"),
    [
        ([], "Sin dato", "Unknown"),
        ([fee("unknown")], "Sin dato", "Unknown"),
        ([fee("free"), fee("unknown")], "Sin dato", "Unknown"),
        ([fee("free")], "Gratuito", "Free"),
        ([fee("fixed", 1702)], "$1,702.00 MXN", "$1,702.00 MXN"),
        ([fee("fixed", 50, assurance="partly")], "$50.00 MXN (sin confirmar)", "$50.00 MXN (not confirmed)"),
        ([fee("fixed", 90), fee("fixed", 50)], "Desde $50.00 MXN, según el caso", "From $50.00 MXN, by case"),
        ([fee("fixed", 90), fee("unknown")], "Desde $90.00 MXN, según el caso", "From $90.00 MXN, by case"),
        ([fee("fixed", 90), fee("formula", 3, unit="percent")], "Varios montos", "Several amounts"),
    ],
)
def test_cost_never_adds_up_and_never_hides_a_doubt(language, fees, spanish, english):
    assert display.cost(fees) == (spanish if language == "es" else english)


def test_copies_in_words(language):
    expected = {
        "es": ["1 original y 2 copias", "1 copia certificada", "3 originales", ""],
        "en": ["1 original and 2 copies", "1 certified copy", "3 originals", ""],
    }
    rows = [
        Requirement(originals=1, copies=2),
        Requirement(is_certified=True),
        Requirement(originals=3),
        Requirement(),
    ]

    assert [display.copies(row.originals, row.copies, row.is_certified) for row in rows] == expected[language]


def test_amount_range_of_a_program(language):
    assert display.amount_range(None, None) == ""
    assert display.amount_range(Decimal(5), Decimal(5)) == "$5.00 MXN"
    assert display.amount_range(None, Decimal(5)) == ("Hasta $5.00 MXN" if language == "es" else "Up to $5.00 MXN")


@pytest.mark.parametrize(
    ("status", "opens", "closes", "spanish", "english"),
    [
        ("open", (2026, 3, 1), (2026, 3, 31), "Abierto hasta el 31 de marzo de 2026", "Open until 31 March 2026"),
        ("upcoming", (2026, 4, 1), None, "Abre el 1 de abril de 2026", "Opens on 1 April 2026"),
        ("closed", (2025, 1, 1), (2025, 2, 28), "Cerró el 28 de febrero de 2025", "Closed since 28 February 2025"),
    ],
)
def test_program_status_names_the_date_that_matters(language, status, opens, closes, spanish, english):
    call = Call(opens=opens and datetime.date(*opens), closes=closes and datetime.date(*closes))

    assert call.status_on(TODAY) == status
    assert display.program_status(status, [call], TODAY) == (spanish if language == "es" else english)


def test_program_status_says_what_nobody_published(language):
    undecided = Call(opens=datetime.date(2026, 1, 1))

    written = display.program_status("undecided", [undecided], TODAY)

    assert written.startswith("Sin fecha de cierre" if language == "es" else "Closing date not published")
    assert display.program_status("unknown", [], TODAY) != written
    assert display.program_status("permanent", [], TODAY) == (
        "Abierto todo el año" if language == "es" else "Open all year round"
    )


def test_opening_hours_join_equal_days(language):
    nine, three, noon = datetime.time(9), datetime.time(15), datetime.time(12, 30)
    week = [OpeningHours(weekday=day, opens=nine, closes=three) for day in range(5)]
    saturday = OpeningHours(weekday=5, opens=nine, closes=noon)
    expected = {
        "es": ["Lunes a viernes, 9:00 a 15:00", "Sábado, 9:00 a 12:30"],
        "en": ["Monday to Friday, 9:00 to 15:00", "Saturday, 9:00 to 12:30"],
    }

    assert display.opening_hours([*week, saturday]) == expected[language]


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("614 200 4800 ext. 6393", "+526142004800,6393"),
        ("072", "072"),
        ("072 ext. 6027", "072,6027"),
        ("800 TRAMITE", ""),
        ("", ""),
    ],
)
def test_dialable_phone(phone, number):
    assert display.dialable(phone) == number


def test_address_reads_without_scheme():
    assert display.address("https://www.sat.gob.mx/") == "sat.gob.mx"
    assert display.address("https://siem.gob.mx/registro?x=1") == "siem.gob.mx/registro?x=1"

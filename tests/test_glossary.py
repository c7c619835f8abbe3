from types import SimpleNamespace

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from procedures.glossary import PageGlossary, alphabetical, initial
from procedures.models import GlossaryTerm


def term(slug, words, *aliases):
    return SimpleNamespace(slug=slug, term=words, aliases="\n".join(aliases))


LICENCE = term("licencia", "Licencia de funcionamiento", "licencias de funcionamiento")
SARE = term("sare", "SARE", "Módulo SARE")
GIRO = term("giro", "Giro", "giros")
LOW = term("bajo-riesgo", "Bajo riesgo", "giro de bajo riesgo")
TERMS = [LICENCE, SARE, GIRO, LOW]


def link(slug, words):
    return f'<a class="term" id="uso-{slug}" href="#palabra-{slug}">{words}</a>'


def test_mark_links_the_first_occurrence_only():
    glossary = PageGlossary(TERMS)

    assert glossary.mark("El SARE y otra vez el SARE.") == f"El {link('sare', 'SARE')} y otra vez el SARE."
    assert glossary.mark("Ve al SARE.") == "Ve al SARE."
    assert glossary.used == [SARE]


def test_mark_takes_the_longest_form_and_keeps_how_it_is_written():
    glossary = PageGlossary(TERMS)

    assert glossary.mark("un giro de bajo riesgo") == f"un {link('bajo-riesgo', 'giro de bajo riesgo')}"
    assert glossary.mark("sus GIROS") == f"sus {link('giro', 'GIROS')}"


@pytest.mark.parametrize(
    "text",
    [
        "girover y SAREs no son palabras",
        "sare.gob.mx, correo@sare y ruta/sare",
        "un pre-giro o giro-x",
        "modulo sin acento: Modulo",
        "",
    ],
)
def test_mark_leaves_parts_of_words_and_addresses_alone(text):
    glossary = PageGlossary([GIRO, term("sare", "SARE"), term("modulo", "Módulo")])

    assert glossary.mark(text) == text
    assert glossary.used == []


def test_mark_finds_terms_beside_punctuation():
    glossary = PageGlossary([SARE, GIRO, term("e-firma", "e.firma")])

    assert glossary.mark("(SARE), «giro»; e.firma.") == (
        f"({link('sare', 'SARE')}), «{link('giro', 'giro')}»; {link('e-firma', 'e.firma')}."
    )


def test_mark_escapes_everything():
    glossary = PageGlossary([SARE, term("raro", "<b>")])

    assert glossary.mark("<script>SARE</script> & <b>") == (
        f"&lt;script&gt;{link('sare', 'SARE')}&lt;/script&gt; &amp; {link('raro', '&lt;b&gt;')}"
    )


def test_mark_without_terms_is_plain_text():
    assert PageGlossary([]).mark("SARE & <b>") == "SARE &amp; &lt;b&gt;"
    assert PageGlossary([term("nada", "", "")]).mark("SARE") == "SARE"


@given(text=st.text(), words=st.lists(st.text(min_size=1), max_size=4))
def test_mark_survives_any_text_and_any_term(text, words):
    glossary = PageGlossary([term(f"t{number}", form) for number, form in enumerate(words)])

    marked = glossary.mark(text)

    assert marked.count('class="term"') == len(glossary.used)


def test_alphabetical_order_is_spanish():
    words = ["zona", "Órgano", "ñandú", "nube", "e.firma", "acta", "Nzz", "oro"]

    assert sorted(words, key=alphabetical) == ["acta", "e.firma", "nube", "Nzz", "ñandú", "Órgano", "oro", "zona"]
    assert [initial(word) for word in ("Órgano", "ñandú", "nube", "e.firma")] == ["O", "Ñ", "N", "E"]


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_glossary_page_explains_every_term_in_order(client, db, prefix):
    response = client.get(f"{prefix}/glosario/")

    letters = response.context["letters"]
    shown = [term for _letter, terms in letters for term in terms]
    assert len(shown) == GlossaryTerm.objects.count() == 36
    assert [letter for letter, _terms in letters] == sorted({letter for letter, _terms in letters})
    body = response.content.decode()
    assert body.count("<dt>") == 36
    assert all(f'id="{term.slug}"' in body for term in shown)


@pytest.mark.parametrize("count", [1, 3])
def test_glossary_page_takes_one_query(client, db, django_assert_num_queries, count):
    GlossaryTerm.objects.exclude(pk__in=GlossaryTerm.objects.values("pk")[:count]).delete()

    with django_assert_num_queries(1):
        response = client.get(reverse("procedures:glossary"))

    assert response.content.decode().count("<dt>") == count


def test_glossary_page_without_terms_says_so(client, db):
    GlossaryTerm.objects.all().delete()

    assert "Aún no hay palabras explicadas." in client.get(reverse("procedures:glossary")).content.decode()


def test_ficha_explains_a_term_once_and_leads_back(client, db):
    body = client.get("/tramites/sare-apertura-rapida/").content.decode()

    assert body.count('id="uso-sare"') == 1
    assert body.count('id="palabra-sare"') == 1
    assert 'href="/glosario/#sare"' in body
    assert 'href="#uso-sare"' in body


def test_english_ficha_explains_english_words(client, db):
    body = client.get("/en/tramites/sare-apertura-rapida/").content.decode()

    assert 'href="#palabra-bajo-riesgo">low-risk</a>' in body
    assert 'href="/en/glosario/#bajo-riesgo"' in body

"""The two databases' own full-text search, asked for the same thing: entries that match, with their rank.

Terms hold nothing but letters and digits, so that they can stand between the quotes of either query language; the
query itself is still passed as a parameter.
"""

from django.db import connection

# How much a match weighs in the title, among the other names, in the body.
TITLE, NAME, BODY = 10, 5, 1


def match(terms, language, every):
    """The entries of the language that match every term, or any: rows of (id, kind, whole, beginning), unordered.

    `whole` is the rank by the whole words that match, `beginning` by those that only begin like the last one typed;
    0 where there is none, and the higher the better. One query.
    """
    return ENGINES[connection.vendor](terms, language, every)


def _match_sqlite(terms, language, every):
    expression = (" AND " if every else " OR ").join(map(_fts5, terms))
    sql = f"""
        SELECT entry.id, entry.kind,
            -bm25(portal_search_fts, {TITLE}, {NAME}, {BODY}, 0, 0), -bm25(portal_search_fts, 0, 0, 0, {NAME}, {BODY})
        FROM portal_search_fts JOIN portal_searchentry AS entry ON entry.id = portal_search_fts.rowid
        WHERE portal_search_fts MATCH %s AND entry.language = %s
    """  # noqa: S608 - nothing typed is in it
    return _rows(sql, [expression, language])


def _fts5(term):
    whole = f'{{title_stems keyword_stems body_stems}} : "{term.stem}"'
    return f'({whole} OR {{name_words body_words}} : "{term.word}" *)' if term.is_beginning else f"({whole})"


def _match_postgresql(terms, language, every):
    # Labels A, B, C are title, names, body; the array gives D, C, B, A. "1" divides by the logarithm of the length.
    weights = f"{{0, {BODY / TITLE}, {NAME / TITLE}, 1}}"
    stems = _any(f"'{term.stem}'" for term in terms)
    beginnings = _any(f"'{term.word}':*" for term in terms if term.is_beginning)
    conditions, parameters = [], []
    for term in terms:
        conditions.append("(stems @@ %s::tsquery OR words @@ %s::tsquery)")
        parameters += [f"'{term.stem}'", f"'{term.word}':*" if term.is_beginning else ""]
    sql = f"""
        SELECT id, kind,
            ts_rank(%s::real[], stems, %s::tsquery, 1), ts_rank(%s::real[], words, %s::tsquery, 1)
        FROM portal_searchentry
        WHERE language = %s AND ({(" AND " if every else " OR ").join(conditions)})
    """  # noqa: S608 - nothing typed is in it
    return _rows(sql, [weights, stems, weights, beginnings, language, *parameters])


def _any(lexemes):
    return " | ".join(lexemes)


def _rows(sql, parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


ENGINES = {"sqlite": _match_sqlite, "postgresql": _match_postgresql}

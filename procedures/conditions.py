"""The rule that says for which businesses an item applies, in Kleene's three-valued logic.

Pure: situations are any hashable values, and what is neither known true nor known false is unknown.
"""


def evaluate(all_of, any_of, none_of, true=frozenset(), false=frozenset()):
    """Whether a condition holds for a business: True, False, or None while the known facts don't decide it.

    Args:
        all_of: situations that must all be true.
        any_of: situations of which one must be true; empty asks for nothing.
        none_of: situations that must all be false.
        true: situations known to be true of the business.
        false: situations known to be false of it; shares none with `true`.
    """

    def known(situation):
        return True if situation in true else False if situation in false else None

    return all_hold(
        [
            *(known(situation) for situation in all_of),
            any_holds([known(situation) for situation in any_of]) if any_of else True,
            *(negation(known(situation)) for situation in none_of),
        ]
    )


def undecided(all_of, any_of, none_of, true=frozenset(), false=frozenset()):
    """The situations that still have to be known to decide the rule, in its order; empty if it is decided."""
    if evaluate(all_of, any_of, none_of, true, false) is not None:
        return []
    alternatives = [] if true & frozenset(any_of) else any_of
    return [situation for situation in (*all_of, *alternatives, *none_of) if situation not in true | false]


def negation(value):
    return None if value is None else not value


def all_hold(values):
    """False if one value is False, else None if one is unknown, else True."""
    if False in values:
        return False
    return None if None in values else True


def any_holds(values):
    """True if one value is True, else None if one is unknown, else False."""
    return negation(all_hold([negation(value) for value in values]))

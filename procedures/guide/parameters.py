"""The names that an address of the guide gives to its parts, and which no record may bear therefore."""

TYPE = "giro"
START = "inicio"
TYPED = "q"
SUBMITTED = "pregunta"  # the question whose page the answers come from
CHANGED = "cambiar"  # the question to show again
RETURN = "volver"  # PLAN, where the answer leads back to it
PLAN = "plan"
NOT_QUESTIONS = {TYPE, START, TYPED, SUBMITTED, CHANGED, RETURN}
"""Parameters with a meaning of their own: no question may have such a slug."""

NO_TYPE = "otro"
"""The business type of those who find none that fits: none of ours may have this slug."""

TRACKERS = ("utm_", "fbclid", "gclid", "igsh")
"""Beginnings of parameters that messaging apps and social networks add to an address: no answers."""

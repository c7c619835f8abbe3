"""Site-wide search: a thin layer on the full-text engine of the database that is there.

words      how a text becomes words that can be compared (pure)
sources    which records are public and what each of them says
upkeep     keeps the index equal to the records
queries    what a reader typed → what is looked for (pure)
engines    the two databases' own query languages
finding    a query → what was found
spelling   "did you mean …?"
misses     what was looked for and not found, counted for the staff
results    titles and excerpts with the words marked
"""

from portal.search.finding import find
from portal.search.misses import note_miss
from portal.search.queries import parse
from portal.search.upkeep import index, rebuild

__all__ = ["find", "index", "note_miss", "parse", "rebuild"]

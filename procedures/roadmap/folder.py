"""One folder for the whole plan: every document once, how many of it, and what for."""

from collections import defaultdict
from dataclasses import dataclass

from procedures.roadmap.values import Need

SHOWN_AND_RETURNED = {"identity", "proof", "permit", "deed", "account"}
"""Kinds of documents whose original is shown and comes back: one serves the whole plan. Others are handed in."""


@dataclass(frozen=True, slots=True)
class Use:
    """A task of the plan asks for the document; not `is_sure` if the task or this need may turn out not to apply."""

    task: str
    need: Need
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """A document with all its uses, in the order of the plan.

    `originals` and `copies` count what is stated; `unstated` is the number of uses that state neither. A number that
    is not stated beside a stated one asks for nothing. `issued_by` are the items that the document comes from.
    """

    document: str
    originals: int
    copies: int
    unstated: int
    uses: tuple[Use, ...]
    issued_by: tuple[str, ...] = ()

    @property
    def is_sure(self):
        return any(use.is_sure for use in self.uses)


@dataclass(frozen=True, slots=True)
class Folder:
    """`bring` is what the person has to have; `produced` comes out of the plan itself; `fulfil` are the Uses whose need
    is no document but something to fulfil."""

    bring: tuple[Paper, ...]
    produced: tuple[Paper, ...]
    fulfil: tuple[Use, ...]


def make_folder(plan, kinds):
    """The Folder of a Plan, documents in the order in which they are first needed.

    Args:
        plan: the Plan.
        kinds: document → its kind (`catalogue.documents`).
    """
    issuers = issuers_in(plan)
    papers = collect_papers(plan.items, kinds, issuers)
    return Folder(
        bring=tuple(paper for paper in papers if not paper.issued_by),
        produced=tuple(paper for paper in papers if paper.issued_by),
        fulfil=tuple(use for item in plan.items for use in uses_of(item) if not use.need.document),
    )


def issuers_in(plan):
    """Document → the items it comes from. What a one-stop window replaces comes from the window."""
    results = {entry.task.slug: entry.task.results for entry in (*plan.items, *plan.not_needed)}
    issuers = defaultdict(list)
    for item in plan.items:
        for document in dict.fromkeys(name for slug in (item.slug, *item.covers) for name in results.get(slug, ())):
            issuers[document].append(item.slug)
    return issuers


def collect_papers(items, kinds, issuers):
    """The Papers that some items ask for, in the order in which they are first needed."""
    uses = defaultdict(list)
    for item in items:
        for use in uses_of(item):
            if use.need.document:
                uses[use.need.document].append(use)
    return tuple(paper(document, found, kinds, issuers.get(document, ())) for document, found in uses.items())


def uses_of(item):
    return [Use(item.slug, need, item.is_sure and need not in item.unsure) for need in item.needs]


def paper(document, uses, kinds, issuers):
    total = max if kinds.get(document) in SHOWN_AND_RETURNED else sum
    needs = [use.need for use in uses]
    return Paper(
        document=document,
        originals=total(need.originals or 0 for need in needs),
        copies=sum(need.copies or 0 for need in needs),
        unstated=sum(need.originals is None and need.copies is None for need in needs),
        uses=tuple(uses),
        issued_by=tuple(issuers),
    )

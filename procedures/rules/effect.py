"""What a version would change before it is published: which plans, and how, in words."""

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial

from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from procedures import display, models
from procedures.glossary import alphabetical
from procedures.guide import words
from procedures.guide.words import joined, text_of
from procedures.roadmap.catalogue import read_business_types, read_catalogue, read_supports, versions_with
from procedures.roadmap.checks import used_situations
from procedures.roadmap.compare import compare_plans
from procedures.roadmap.plan import make_plan
from procedures.roadmap.supports import fitting
from procedures.roadmap.totals import item_cost
from procedures.roadmap.values import Facts
from procedures.rules.circles import circles_closed_by
from procedures.rules.naming import Names
from procedures.rules.tester import relevant


@dataclass(frozen=True)
class Group:
    """Business types whose plans change in the same way.

    `if_needed` where they do so only once answers make the version's own rule true, as for a one-stop window, which
    until then is no more than an alternative. `is_unknown` if the plan of a business of which nothing is known changes
    in this way too.
    """

    sentences: tuple[SafeString, ...]
    if_needed: bool
    kinds: list[models.BusinessType]
    is_unknown: bool


@dataclass(frozen=True)
class Effect:
    """What follows from a version in force instead of what is.

    `groups` has the plans that change, the largest group first; `unchanged` counts the business types whose plan stays
    as it is. `circles` are the chains, in words, for which the version can't be published.
    """

    groups: list[Group]
    unchanged: int
    circles: list[str]

    @property
    def changed(self):
        return sum(len(group.kinds) for group in self.groups)

    @property
    def total(self):
        return self.changed + self.unchanged

    @cached_property
    def common(self):
        """The sentences that are the same in all groups, where there are several."""
        first, *others = [group.sentences for group in self.groups] or [()]
        return [sentence for sentence in first if others and all(sentence in other for other in others)]

    @property
    def shown(self):
        """`(group, the sentences that are not in common)` of each."""
        return [
            (group, [sentence for sentence in group.sentences if sentence not in self.common]) for group in self.groups
        ]


def effect_of(version, today, user=None):
    """The Effect of a version, a draft usually, of a procedure or a program.

    Each business type is looked at with what is usual for it and every question still open, and beside them a business
    of which nothing at all is known.

    Args:
        version: a saved ProcedureVersion or ProgramVersion.
        today: the date that amounts and the status of supports are for.
        user: a member of the staff to whom names are links; None: no links.
    """
    is_procedure = isinstance(version, models.ProcedureVersion)
    changes = (PlanChanges if is_procedure else SupportChanges)(version, today, user)
    look_at = cache(partial(change_for, changes))
    found = {kind.slug: look_at(relevant(kind.facts, changes.used)) for kind in read_business_types()}
    return Effect(
        groups=grouped(found, look_at(Facts()), changes.names.business_types),
        unchanged=sum(not sentences for sentences, _if_needed in found.values()),
        circles=circles_closed_by(version, changes.after) if is_procedure else [],
    )


def change_for(changes, facts):
    """`(sentences, if needed)` as in Group; no sentences where nothing changes either way."""
    if sentences := changes.sentences(facts):
        return sentences, False
    return changes.sentences(settled(facts, changes.rule)), True


def settled(facts, rule):
    """The Facts once the open ones are such that they speak for a Condition."""
    true = {*rule.all_of, *rule.any_of} - facts.known - set(rule.none_of)
    return Facts(facts.true | true, facts.false | (set(rule.none_of) - facts.known))


def grouped(found, of_unknown, rows):
    """Groups of what changes in the same way, the largest first.

    Args:
        found: business type → what `change_for` says of it.
        of_unknown: what it says of a business of which nothing is known.
        rows: business type → its row.
    """
    kinds = defaultdict(list, {of_unknown: []})
    for slug, change in found.items():
        kinds[change].append(rows[slug])
    groups = [
        Group(*change, sorted(members, key=lambda kind: alphabetical(str(kind))), change == of_unknown)
        for change, members in kinds.items()
        if change[0]
    ]
    return sorted(groups, key=lambda group: -len(group.kinds))


class PlanChanges:
    """What a version of a procedure changes in plans."""

    def __init__(self, version, today, user):
        in_force = models.ProcedureVersion.objects.published()
        self.before = read_catalogue(in_force)
        self.after = read_catalogue(versions_with(version))
        self.used = used_situations(self.before) | used_situations(self.after)
        self.names = Names(models.ProcedureVersion.objects.filter(Q(pk=version.pk) | Q(pk__in=in_force)), user)
        self.rule = self.after.by_slug[version.procedure.slug].condition
        self._version = version
        self._today = today

    def sentences(self, facts):
        """How the plan for these Facts changes, as safe HTML; empty if it does not."""
        before, after = make_plan(self.before, facts), make_plan(self.after, facts)
        change = compare_plans(before, after)
        old, new = before.by_slug, after.by_slug
        pairs = {slug: (old[slug], new[slug]) for slug in new if slug in old}
        return (
            *self._listed(change),
            *(self._unsettled(new[slug]) for slug in change.unsettled),
            *(self._depends(*pairs[slug]) for slug in change.depends),
            *(self._moved(*move) for move in change.moved),
            *(self._waits(*pairs[slug]) for slug in change.waits_for),
            *(sentence for slug in change.asks_for for sentence in self._asks(*pairs[slug])),
            *(sentence for slug in change.costs for sentence in self._costs(*pairs[slug])),
            *(self._takes(*pairs[slug]) for slug in change.times),
        )

    def _listed(self, change):
        """What is said of several procedures in one sentence."""
        said = {
            _("Appears: {}"): change.added,
            _("Disappears: {}"): change.removed,
            _("Becomes sure: {}"): change.settled,
            _("Is offered as an alternative: {}"): change.offered,
            _("Is no longer offered as an alternative: {}"): change.withdrawn,
        }
        return [format_html(sentence, self.names.tasks(slugs)) for sentence, slugs in said.items() if slugs]

    def _unsettled(self, item):
        return format_html(
            _("Becomes open: {}; it depends on whether {}"), self._name(item), self.names.facts(item.open)
        )

    def _depends(self, old, new):
        sentence = _("{} depends on whether {} (before: on whether {})")
        return format_html(sentence, self._name(new), self.names.facts(new.open), self.names.facts(old.open))

    def _moved(self, slug, before, after):
        names = self.names
        return format_html(_("{} moves from “{}” to “{}”"), names.task(slug), names.stage(before), names.stage(after))

    def _waits(self, old, new):
        before, after = (self.names.tasks(item.waits_for) or _("nothing") for item in (old, new))
        return format_html(_("{} waits for: {} (before: {})"), self._name(new), after, before)

    def _asks(self, old, new):
        """What documents an item asks for beside those before, no longer, or otherwise."""
        before, after = asked_by_document(old), asked_by_document(new)
        both = [document for document in after if document in before and after[document] != before[document]]
        unsure = [document for document in both if is_open(after[document]) and not is_open(before[document])]
        sure = [document for document in both if is_open(before[document]) and not is_open(after[document])]
        said = {
            _("{} also asks for: {}"): [document for document in after if document not in before],
            _("{} no longer asks for: {}"): [document for document in before if document not in after],
            _("{} asks only in some cases for: {}"): unsure,
            _("{} asks in any case for: {}"): sure,
            _("{} asks for other originals or copies of: {}"): [
                document for document in both if document not in (*unsure, *sure)
            ],
        }
        for sentence, documents in said.items():
            if named := joined([self.names.document(document) for document in documents if document]):
                yield format_html(sentence, self._name(new), named)
        if after.get("") != before.get(""):
            yield format_html(_("{} changes what has to be fulfilled beside documents"), self._name(new))

    def _costs(self, old, new):
        """Nothing where only what is known of an amount changes."""
        before, after = self._price(old), self._price(new)
        if before != after:
            yield format_html(_("{} costs: {} (before: {})"), self._name(new), after, before)

    def _takes(self, old, new):
        times = [display.duration(item.task.time_value, item.task.time_unit) or _("unknown") for item in (new, old)]
        return format_html(_("{} takes: {} (before: {})"), self._name(new), *times)

    def _name(self, item):
        return self.names.task(item.slug)

    def _price(self, item):
        fees = [self._fees[price.id] for price in item.prices]
        units = {self._uma.unit: self._uma.daily} if self._uma else {}
        return words.price(item_cost(replace(item, is_sure=True), units), fees, self._uma)

    @cached_property
    def _fees(self):
        """The fees of the procedure's versions: no other procedure's change."""
        return models.Fee.objects.in_bulk(
            models.Fee.objects.filter(version__procedure=self._version.procedure_id).values_list("pk", flat=True)
        )

    @cached_property
    def _uma(self):
        return models.UnitValue.objects.in_force_on(self._today).filter(unit=models.UnitValue.Unit.UMA).first()


def asked_by_document(item):
    """Document → what is asked of it: `[(originals, copies, is certified, is open)]`; under "" what is no document."""
    asked = defaultdict(list)
    for need in item.needs:
        asked[need.document].append((need.originals, need.copies, need.is_certified, need in item.unsure))
    return dict(asked)


def is_open(uses):
    return all(use[-1] for use in uses)


class SupportChanges:
    """What a version of a program changes in the supports beside plans."""

    def __init__(self, version, today, user):
        self.before = read_supports(today)
        self.after = read_supports(today, versions_with(version))
        rules = [support.condition for support in (*self.before, *self.after)]
        self.used = frozenset().union(*(rule.situations for rule in rules))
        self.names = Names(models.ProcedureVersion.objects.none(), user)
        self.rule = next(support.condition for support in self.after if support.id == version.pk)
        self._version = version

    def sentences(self, facts):
        """How the supports for these Facts change, as safe HTML; empty if they don't."""
        slug, name = self._version.program.slug, text_of(self._version)
        old, new = (
            next((fit for fit in fitting(supports, facts) if fit.support.slug == slug), None)
            for supports in (self.before, self.after)
        )
        if old is None or new is None:
            said = [_("The support disappears: {}")] if old else [_("The support appears: {}")] if new else []
            return tuple(format_html(sentence, name) for sentence in said)
        if old.is_sure and not new.is_sure:
            sentence = _("The support becomes open: {}; it depends on whether {}")
            return (format_html(sentence, name, self.names.facts(new.open)),)
        if new.is_sure and not old.is_sure:
            return (format_html(_("The support becomes sure: {}"), name),)
        if set(new.open) != set(old.open):
            sentence = _("The support {} depends on whether {} (before: on whether {})")
            return (format_html(sentence, name, self.names.facts(new.open), self.names.facts(old.open)),)
        return ()

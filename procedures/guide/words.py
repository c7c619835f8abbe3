"""Reasons, amounts and dates in words of the reader's language.

Sentences are safe HTML, in which names are links and texts that lack a translation are marked; `plain` takes the marks
away.
"""

from html import unescape

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, format_html_join, strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procedures import display
from procedures.roadmap.answers import UNSURE
from procedures.templatetags.content import in_language

MOST_NAMED = 3
"""Procedures named in one sentence before it counts the rest."""


def plain(html):
    """The text of a sentence without its marks."""
    return unescape(strip_tags(html))


def text_of(row, field="name"):
    """A translated field of a row as safe HTML, marked where it is the other language's."""
    return in_language(row, field, getattr(row, field) or "")


def joined(parts):
    """ "a, b and c" as safe HTML; empty for nothing."""
    return listed(parts, _("and"))


def either(parts):
    """ "a, b or c" as safe HTML; empty for nothing."""
    return listed(parts, _("or"))


def listed(parts, conjunction):
    """Parts with commas between them and a word before the last one, as safe HTML."""
    *first, last = [conditional_escape(part) for part in parts] or [""]
    if not first:
        return last
    return format_html("{} {} {}", format_html_join(", ", "{}", ((part,) for part in first)), conjunction, last)


class Words:
    """Says why and on what a plan depends, for the business of one Presentation.

    What is in its plan is linked within the page, anything else to its own page.
    """

    def __init__(self, shown):
        self._shown = shown
        self._inquiry = shown.inquiry

    @property
    def _records(self):
        return self._shown.records

    # Names

    def task(self, slug):
        is_here = slug in self._shown.plan.by_slug
        address = f"#tramite-{slug}" if is_here else reverse("procedures:procedure", args=[slug])
        return format_html('<a href="{}">{}</a>', address, text_of(self._records.versions[slug]))

    def tasks(self, slugs):
        return joined([self.task(slug) for slug in slugs])

    def some_tasks(self, slugs):
        """The first few, and how many more."""
        names = [self.task(slug) for slug in slugs[:MOST_NAMED]]
        more = len(slugs) - len(names)
        if more:
            names.append(ngettext("%(n)s more procedure", "%(n)s more procedures", more) % {"n": more})
        return joined(names)

    def document(self, slug):
        return text_of(self._records.documents[slug])

    def fact(self, situation):
        """As it reads after “because”: “sells alcoholic drinks”."""
        return text_of(self._records.situations[situation])

    def question(self, slug):
        return text_of(self._records.questions[slug], "text")

    def choice(self, question, slug):
        """The words of an answer; of one that does not exist, what was given."""
        if slug == UNSURE:
            return _("I don't know")
        choices = self._records.questions[question].choices.all()
        return next((text_of(choice, "label") for choice in choices if choice.slug == slug), slug)

    # Reasons

    def reason(self, reason):
        """One Reason as a clause that begins with “because”."""
        return self._clause([reason])

    def why(self, reasons):
        """The Reasons of an item or of what is not needed, those alike in one clause; what is open is left out."""
        groups = {}
        for reason in reasons:
            if reason.kind != "open":
                groups.setdefault(self._sort_of(reason), []).append(reason)
        return [self._clause(alike) for alike in groups.values()]

    def _sort_of(self, reason):
        """What Reasons that go into one clause have in common."""
        if reason.kind != "situation":
            return reason.kind, reason.document
        origin = self._inquiry.profile.origins[reason.situation]
        return reason.kind, reason.value, bool(origin.question) if reason.value else origin

    def _clause(self, reasons):
        """One clause for Reasons of one sort."""
        first = reasons[0]
        if first.kind == "always":
            return _("because it applies to every business")
        if first.kind == "situation":
            return self._known(first, joined([self.fact(reason.situation) for reason in reasons]))
        if first.kind == "open":
            return format_html(_("because it may be needed if {}"), self.fact(first.situation))
        tasks = self.some_tasks([reason.task for reason in reasons])
        if first.kind == "covered_by":
            return format_html(ngettext("because {} does it for you", "because {} do it for you", len(reasons)), tasks)
        message = ngettext(
            "because {tasks} asks for its result ({document})",
            "because {tasks} ask for its result ({document})",
            len(reasons),
        )
        return format_html(message, tasks=tasks, document=self.document(first.document))

    def _known(self, reason, facts):
        """Because of facts in words that are true or not, by an answer or as is usual for the business type."""
        origin = self._inquiry.profile.origins[reason.situation]
        if origin.question and reason.value:
            return format_html(_("because you answered that {}"), facts)
        if origin.question:
            question, choice = self.question(origin.question), self.choice(origin.question, origin.choice)
            return format_html(_("because to “{question}” you answered “{choice}”"), question=question, choice=choice)
        message = (
            _("because, as is usual for your line of business ({kind}), {facts}")
            if reason.value
            else _("because for your line of business ({kind}) this is usually not so: {facts}")
        )
        return format_html(message, kind=text_of(self._shown.kind), facts=facts)

    def circle(self, circle):
        """What a Circle of requirements is, and how the plan gets round it."""
        return format_html(
            _("{tasks} ask for each other's results. The plan puts {first} first: ask there how to begin."),
            tasks=self.tasks(circle.tasks),
            first=self.task(circle.broken.task),
        )

    # What is wrong with an address

    def problem(self, problem):
        """A Problem as a sentence that says what was done about it."""
        return getattr(self, f"problem_{problem.kind}")(problem)

    def problem_unknown_question(self, problem):
        return format_html(
            _("The address says “{given}”, which is no question of this guide: we left it out."),
            given=shortened(f"{problem.question}={problem.choice}"),
        )

    def problem_unknown_choice(self, problem):
        return format_html(
            _("“{given}” is no answer to “{question}”: that question is still open."),
            given=shortened(problem.choice),
            question=self.again(problem.question),
        )

    def problem_repeated(self, problem):
        return format_html(
            _("The address answers “{question}” in several ways: we took none of them."),
            question=self.again(problem.question),
        )

    def problem_not_asked(self, problem):
        return format_html(
            _("With your other answers “{question}” is not asked, so we left its answer out."),
            question=self.question(problem.question),
        )

    def problem_contradiction(self, problem):
        message = _("Your answers to “{first}” and “{second}” contradict each other: we take as open whether {fact}.")
        return format_html(
            message,
            first=self.again(problem.other_question),
            second=self.again(problem.question),
            fact=self.fact(problem.situation),
        )

    def problem_unknown_type(self, problem):
        return format_html(
            _("We have no line of business “{given}”: choose one from the list."), given=shortened(problem.choice)
        )

    def problem_repeated_type(self, _problem):
        return _("The address names several lines of business: we took none of them. Choose yours.")

    def problem_bad_date(self, problem):
        return format_html(
            _("“{given}” is no date we can count from: choose another one."), given=shortened(problem.choice)
        )

    def problem_date_too_far(self, _problem):
        return _("With this start date the plan runs beyond the calendar: choose another one.")

    def again(self, question):
        """A question as a link to where it is asked again."""
        return format_html('<a href="{}">{}</a>', self._inquiry.address_of_question(question), self.question(question))


def shortened(text):
    """What somebody typed, short enough to be shown."""
    return f"{text[:40]}…" if len(text) > 40 else text


# Amounts and times


def price(cost, fees, uma):
    """What one procedure costs if it is needed: "Free", "$100.00 MXN", "From … to …", "3%", "Unknown".

    Args:
        cost: its Cost as if it was sure.
        fees: the Fees that may be due.
        uma: UnitValue or None.
    """
    if not cost.high and (cost.by_rule or cost.unconverted):
        return display.fee_amount(fees[0], uma) if len(fees) == 1 else _("By a rule")
    return total(cost)


def total(cost):
    """A Cost in words, without what it names: "Unknown" where nothing is known, "Free" where it is."""
    if not cost.high:
        return _("Free") if cost.is_counted else _("Unknown")
    return amounts(cost.low, cost.high)


def amounts(low, high):
    return display.amount_range(low or None, high)


def business_days(number):
    return ngettext("%(n)s business day", "%(n)s business days", number) % {"n": number}


def days(time):
    """The Time of a plan in words; empty if no procedure's time is known."""
    if not time.high:
        return ""
    if time.low == time.high:
        return business_days(time.high)
    if not time.low:
        return _("up to %(days)s") % {"days": business_days(time.high)}
    return _("%(low)s to %(high)s business days") % {"low": time.low, "high": time.high}


def day(date):
    """ "lunes 3 de agosto de 2026"."""
    return f"{date_format(date, 'l')} {date_format(date)}"


def counted(dated, unit, closed):
    """How the answer date of a Dated item was counted, as plain text.

    Args:
        dated: the Dated.
        unit: the unit of its response time.
        closed: date → the NonWorkingDay.
    """
    if not dated.is_known:
        return _("Nobody states how long it takes.")
    if unit not in ("business_days", "hours"):
        return _("Counted on the calendar from the day of filing, to the next business day.")
    sentence = business_days(dated.business_days)
    left_out = [f"{date_format(date)} ({closed[date].name})" for date in dated.closed]
    if dated.weekend_days:
        days = ngettext("%(n)s day of weekend", "%(n)s days of weekend", dated.weekend_days)
        left_out.insert(0, days % {"n": dated.weekend_days})
    if not left_out:
        return _("%(days)s after the day of filing.") % {"days": sentence}
    return _("%(days)s after the day of filing, without counting %(left_out)s.") % {
        "days": sentence,
        "left_out": plain(joined(left_out)),
    }

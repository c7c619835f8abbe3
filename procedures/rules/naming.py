"""The records that rules are told with: each table is read once, and a name is a link where somebody may follow it."""

from functools import cached_property

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from procedures import models
from procedures.guide.words import joined, text_of


class Names:
    """Names of what the roadmap knows by slug, as safe HTML.

    Args:
        versions: a queryset of the ProcedureVersions that are named; of several of one procedure, the last.
        user: a member of the staff, to whom each name is a link to the page where it is edited; None: no links.
    """

    def __init__(self, versions, user=None):
        self._procedures = versions
        self._user = user

    @cached_property
    def versions(self):
        rows = self._procedures.select_related("procedure").order_by("number")
        return {row.procedure.slug: row for row in rows.only("procedure__slug", "name", "number", "state")}

    @cached_property
    def documents(self):
        return by_slug(models.Document)

    @cached_property
    def situations(self):
        return by_slug(models.Situation)

    @cached_property
    def questions(self):
        return by_slug(models.Question)

    @cached_property
    def business_types(self):
        return by_slug(models.BusinessType)

    @cached_property
    def stages(self):
        return by_slug(models.Stage)

    @cached_property
    def _linked(self):
        """Models whose pages the user may open."""
        kinds = (models.ProcedureVersion, models.Document, models.Situation, models.Question, models.BusinessType)
        return {model for model in kinds if self._user and may_view(self._user, model)}

    def task(self, slug):
        return self._link(self.versions[slug])

    def tasks(self, slugs):
        return joined([self.task(slug) for slug in slugs])

    def document(self, slug):
        return self._link(self.documents[slug])

    def joined_documents(self, slugs):
        return joined([self.document(slug) for slug in slugs])

    def situation(self, slug):
        return self._link(self.situations[slug])

    def facts(self, slugs):
        return joined([self.situation(slug) for slug in slugs])

    def question(self, slug):
        return self._link(self.questions[slug], "text")

    def business_type(self, slug):
        return self._link(self.business_types[slug])

    def stage(self, slug):
        return text_of(self.stages[slug])

    def _link(self, row, field="name"):
        text = text_of(row, field) or str(row)
        if type(row) not in self._linked:
            return text
        return format_html('<a href="{}">{}</a>', admin_url(row), text)

    def circle(self, circle):
        """The chain of a Circle in words: "A asks for X, which B issues; B asks for Y, which A issues"."""
        links = [self._circle_link(link) for link in circle.links]
        sentence = links[0]
        for link in links[1:]:
            sentence = format_html("{}; {}", sentence, link)
        return sentence

    def _circle_link(self, link):
        task, document = self.task(link.task), self.document(link.document)
        if link.task == link.issuer:
            return format_html(_("{} asks for {}, which only it issues"), task, document)
        return format_html(_("{} asks for {}, which {} issues"), task, document, self.task(link.issuer))


def by_slug(model):
    return {row.slug: row for row in model.objects.all()}


def admin_url(row):
    return reverse(f"admin:procedures_{row._meta.model_name}_change", args=[row.pk])


def may_view(user, model):
    options = model._meta
    return any(user.has_perm(f"{options.app_label}.{right}_{options.model_name}") for right in ("view", "change"))

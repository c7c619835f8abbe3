"""The rows that a plan is told with: names, texts, places. Each table is read once."""

from functools import cached_property

from procedures import models

VERSION_COLUMNS = (
    "procedure__slug",
    "name",
    "provider",
    "state",
    "number",
    "level",
    "online_url",
    "assurance",
    "is_online",
    "is_in_person",
    "is_by_phone",
    "institution",
)


class Records:
    """Rows by slug (`fees` and `requirements` by id) for one Presentation, each table read when it is first needed."""

    def __init__(self, shown):
        self._shown = shown

    @cached_property
    def _items(self):
        """All that is shown with what it asks for: the items, and the windows that are alternatives."""
        return (*self._shown.plan.items, *self._shown.windows)

    @cached_property
    def versions(self):
        """Procedure → version, with what names and links take, without the long texts of the ficha."""
        institution = (f"institution__{column}" for column in ("slug", "name", "acronym", "level"))
        rows = models.ProcedureVersion.objects.filter(pk__in=[task.id for task in self._shown.catalogue.tasks])
        rows = rows.select_related("procedure", "institution").only(*VERSION_COLUMNS, *institution)
        return {row.procedure.slug: row for row in rows}

    @cached_property
    def stages(self):
        return by_slug(models.Stage.objects.all())

    @cached_property
    def situations(self):
        return by_slug(models.Situation.objects.all())

    @cached_property
    def questions(self):
        return by_slug(models.Question.objects.prefetch_related("choices"))

    @cached_property
    def documents(self):
        asked_for = {need.document for item in self._items for need in item.needs}
        return by_slug(models.Document.objects.filter(slug__in=asked_for))

    @cached_property
    def offices(self):
        rows = models.Office.objects.filter(slug__in={slug for item in self._items for slug in item.task.offices})
        return by_slug(rows.select_related("institution").prefetch_related("hours"))

    @cached_property
    def requirements(self):
        return models.Requirement.objects.in_bulk([need.id for item in self._items for need in item.needs])

    @cached_property
    def fees(self):
        return models.Fee.objects.in_bulk([price.id for item in self._items for price in item.prices])

    @cached_property
    def programs(self):
        rows = models.ProgramVersion.objects.filter(pk__in=[fit.support.id for fit in self._shown.fits])
        return {row.program.slug: row for row in rows.for_cards(self._shown.today)}


def by_slug(rows):
    return {row.slug: row for row in rows}

"""The base of the plain records' admin: those without versions, which change at once for all who use them."""

from django.contrib import admin
from django.db.models import Exists, ManyToManyRel, Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from procedures.admin.bilingual import Bilingual
from procedures.admin.forms import CatalogueForm, VerifiedForm

HOW_SURE = (
    _("How sure we are"),
    {"fields": [("assurance", "verified_by", "verified_on", "check_by"), "source_addresses", "staff_note"]},
)


def links(rows):
    """A list of (address, text), or a dash."""
    items = format_html_join("", '<li><a href="{}">{}</a></li>', rows)
    return format_html('<ul class="links">{}</ul>', items) if items else "–"


def version_links(versions, *, using):
    """Links to the admin pages of the versions using a record, one per line; nobody uses one that is not saved yet."""
    return links(
        (reverse(f"admin:procedures_{version._meta.model_name}_change", args=[version.pk]), version)
        for version in (versions if using.pk else ())
    )


def source_links(record):
    return links((source.url, source) for source in record.sources.all())


def is_named(record):
    """Whether a many-to-many set of another record names this one: one query, however many kinds of record."""
    sets = [
        relation for relation in record._meta.get_fields(include_hidden=True) if isinstance(relation, ManyToManyRel)
    ]
    naming = Q()
    for relation in sets:
        rows = relation.through._base_manager.filter(**{relation.field.m2m_reverse_field_name(): record.pk})
        naming |= Q(Exists(rows))
    return bool(sets) and type(record)._base_manager.filter(naming, pk=record.pk).exists()


class RecordAdmin(Bilingual, admin.ModelAdmin):
    """A record whose slug is written once, and which nobody deletes while others name it."""

    form = CatalogueForm
    list_per_page = 100
    show_full_result_count = False
    actions = None

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "slug"] if obj and hasattr(obj, "slug") else fields

    def has_delete_permission(self, request, obj=None):
        """Foreign keys protect themselves; a many-to-many set would lose the record without a word."""
        return super().has_delete_permission(request, obj) and not (obj and is_named(obj))


class VerifiedAdmin(RecordAdmin):
    """A record that says how sure we are of it and where that is from."""

    form = VerifiedForm

    @admin.display(description=_("Sources"))
    def source_addresses(self, record):
        return source_links(record)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.save_sources()

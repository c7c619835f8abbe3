"""What stays of a procedure or a program when its content changes."""

from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procedures.admin.bilingual import Bilingual
from procedures.admin.forms import CatalogueForm
from procedures.admin.records import links
from procedures.models import VersionState


class IdentityAdmin(Bilingual, admin.ModelAdmin):
    """Made together with its first draft, on the page of the versions; changed here."""

    versions = None  # the version class
    form = CatalogueForm
    list_editable = ("position",)
    list_per_page = 100
    readonly_fields = ("slug", "version_links")
    actions = None

    def get_queryset(self, request):
        versions = self.versions.objects.filter(**{self.versions.IDENTITY: OuterRef("pk")})
        published = versions.filter(state=VersionState.PUBLISHED)
        return (
            super()
            .get_queryset(request)
            .annotate(version_count=Count("versions", distinct=True), name_es=Subquery(published.values("name_es")))
        )

    @admin.display(description=_("name"), ordering="name_es")
    def name(self, identity):
        return identity.name_es or identity.slug

    @admin.display(description=_("versions"), ordering="version_count")
    def version_count(self, identity):
        return identity.version_count

    @admin.display(description=_("versions"))
    def version_links(self, identity):
        view = f"admin:procedures_{self.versions._meta.model_name}_change"
        return links(
            (
                reverse(view, args=[version.pk]),
                f"{version.number} · {version} ({version.get_state_display()})",
            )
            for version in identity.versions.all()
        )

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= {"title": self.name(obj), "subtitle": None}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

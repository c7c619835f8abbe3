"""Editions for the staff: composed in one step, looked at, rendered in the background, and then only read."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.tasks import TaskResultStatus
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from brochure.actions import compose_edition, published_items
from brochure.ledger import admin as ledger_admin  # noqa: F401 - registers the ledger
from brochure.models import Edition
from brochure.tasks import last_task, publish_edition
from procedures.admin import desk
from procedures.admin.bilingual import Bilingual, both
from procedures.admin.forms import CatalogueForm

AT_WORK = (TaskResultStatus.READY, TaskResultStatus.RUNNING)

desk.add(
    _("editions not published yet"),
    count=lambda: Edition.objects.drafts().count(),
    url=lambda: reverse("admin:brochure_edition_changelist") + "?published_at__isempty=1",
    permission="brochure.change_edition",
    group=_("Brochure"),
)


class EditionForm(CatalogueForm):
    """The titles; what an edition holds is decided by what is published when it is composed."""

    def clean(self):
        if not self.instance.pk and not published_items():
            raise ValidationError(_("Nothing is published yet: there is nothing to print."))
        return super().clean()


@admin.register(Edition)
class EditionAdmin(Bilingual, admin.ModelAdmin):
    form = EditionForm
    fields = both("title")
    list_display = ["number", "title", "kind", "record_count", "published_at"]
    list_display_links = ["number", "title"]
    list_filter = [("published_at", admin.EmptyFieldListFilter)]
    change_form_template = "admin/brochure/edition/change_form.html"
    actions = None

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(record_count=Count("items"))

    @admin.display(description=_("records"), ordering="record_count")
    def record_count(self, edition):
        return edition.record_count

    def has_change_permission(self, request, obj=None):
        """Only a draft changes; the database refuses the rest."""
        return super().has_change_permission(request, obj) and (obj is None or not obj.published_at)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or not obj.published_at)

    def has_publish_permission(self, request):
        return request.user.has_perm("brochure.publish_edition")

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
        else:
            composed = compose_edition(title_es=obj.title_es, title_en=obj.title_en, by=request.user)
            obj.pk, obj.number = composed.pk, composed.number

    def response_add(self, request, obj, post_url_continue=None):
        message = gettext("Edition %(number)d is composed. Look at what it holds, then render and publish it.")
        self.message_user(request, message % {"number": obj.number}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:brochure_edition_change", args=[obj.pk]))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            task = None if obj.published_at else last_task(obj.number)
            context |= {
                "task": task,
                "is_at_work": bool(task) and task.status in AT_WORK,
                "items": obj.items.for_contents(),
                "files": obj.files.all(),
                "may_publish": self.has_publish_permission(request),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_urls(self):
        view = self.admin_site.admin_view(self.publish_view)
        return [path("<int:pk>/publish/", view, name="brochure_edition_publish"), *super().get_urls()]

    @method_decorator(require_POST)
    def publish_view(self, request, pk):
        """Hands the edition to the background worker, unless it is there already."""
        edition = get_object_or_404(Edition, pk=pk)
        if not self.has_publish_permission(request):
            raise PermissionDenied
        if edition.published_at:
            self.message_user(request, gettext("This edition can't be published."), messages.ERROR)
        elif (task := last_task(edition.number)) and task.status in AT_WORK:
            self.message_user(request, gettext("It is being rendered already."), messages.INFO)
        else:
            publish_edition.enqueue(edition.number, by=request.user.pk)
            self.log_change(request, edition, gettext("Rendering and publishing asked for."))
            message = gettext("It is rendered in the background and then published. Load this page again to see it.")
            self.message_user(request, message, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:brochure_edition_change", args=[pk]))

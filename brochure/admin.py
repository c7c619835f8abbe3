"""Editions in the admin: composed, rendered in the background, looked at, published, and then only read."""

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from brochure.actions import (
    DraftChanged,
    NothingToPrint,
    NotRendered,
    change_edition,
    compose_edition,
    drop_files,
    is_up_to_date,
    publish_edition,
    withdraw_edition,
)
from brochure.forms import EditionForm, WithdrawalForm
from brochure.ledger import admin as ledger_admin  # noqa: F401 - registers the ledger
from brochure.models import PRINTED, Edition, EditionFile
from brochure.tasks import AT_WORK, draw_edition, last_task
from brochure.views import send_edition_file
from procedures.admin import desk
from procedures.admin.bilingual import Bilingual, both

desk.add(
    _("editions not published yet"),
    count=lambda: Edition.objects.drafts().count(),
    url=lambda: reverse("admin:brochure_edition_changelist") + "?published_at__isempty=1",
    permission="brochure.change_edition",
    group=_("Brochure"),
)

CHANGED = _("Somebody changed this edition meanwhile: look at it again.")


@admin.register(Edition)
class EditionAdmin(Bilingual, admin.ModelAdmin):
    form = EditionForm
    readonly_fields = ["language_names", "paper_names", "printed_on"]
    list_display = ["number", "title", "kind", "record_count", "published_at", "withdrawn_at", "downloads"]
    list_display_links = ["number", "title"]
    list_filter = [("published_at", admin.EmptyFieldListFilter), "kind"]
    change_form_template = "admin/brochure/edition/change_form.html"
    actions = None

    def get_queryset(self, request):
        return super().get_queryset(request).with_downloads().annotate(record_count=Count("items"))

    @admin.display(description=_("records"), ordering="record_count")
    def record_count(self, edition):
        return edition.record_count

    @admin.display(description=_("downloads"), ordering="times")
    def downloads(self, edition):
        return edition.times

    def view_on_site(self, edition):
        """A draft is not there."""
        return edition.get_absolute_url() if edition.published_at else None

    def has_change_permission(self, request, obj=None):
        """Only a draft changes; the database refuses the rest."""
        return super().has_change_permission(request, obj) and (obj is None or not obj.published_at)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or not obj.published_at)

    @admin.display(description=_("languages"))
    def language_names(self, edition):
        names = dict(settings.LANGUAGES)
        return ", ".join(names.get(code, code) for code in edition.languages.split())

    @admin.display(description=_("paper"))
    def paper_names(self, edition):
        return ", ".join(str(paper.label) for paper in PRINTED if paper in edition.papers.split())

    def get_fieldsets(self, request, obj=None):
        """The long list of records is folded unless it counts; what is only read names just what was chosen."""
        texts = (None, {"fields": both("title", "foreword")})
        if obj and not self.has_change_permission(request, obj):
            choice = [field for field in [Edition.CHOICES.get(obj.kind)] if field]
            return [
                texts,
                (_("What goes in"), {"fields": ["kind", *choice]}),
                (_("How it is printed"), {"fields": ["language_names", "paper_names", "printed_on"]}),
            ]
        is_picked = obj and obj.kind == Edition.Kind.PICKED
        return [
            texts,
            (_("How it is printed"), {"fields": ["languages", "papers", "seen"]}),
            (_("What goes in"), {"fields": ["kind", *Edition.CHOICES.values()]}),
            (
                _("Records of a hand-picked edition"),
                {"fields": ["picked"], "classes": ["records"] if is_picked else ["records", "collapse"]},
            ),
        ]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Whoever saves a draft in the moment in which it is published is told so."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (DraftChanged, NothingToPrint):
            self.message_user(request, CHANGED, messages.ERROR)
            return HttpResponseRedirect(request.path)

    def save_model(self, request, obj, form, change):
        picked = form.cleaned_data["picked"]
        if change:
            if set(form.changed_data) - {"seen"} or not is_up_to_date(obj):
                change_edition(edition=obj, picked=picked)
        else:
            compose_edition(edition=obj, picked=picked, by=request.user)

    def delete_model(self, request, obj):
        drop_files(edition=obj)
        super().delete_model(request, obj)

    def response_add(self, request, obj, post_url_continue=None):
        message = gettext("Edition %(number)d is composed. Look at what it holds, then have it rendered.")
        self.message_user(request, message % {"number": obj.number}, messages.SUCCESS)
        return self.back_to(obj)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            task = None if obj.published_at else last_task(obj)
            context |= {
                "task": task,
                "is_at_work": bool(task) and task.status in AT_WORK,
                "is_up_to_date": bool(obj.published_at) or is_up_to_date(obj),
                "items": obj.items.for_contents(),
                "files": obj.files.with_downloads(),
                "may_publish": may_publish(request),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_urls(self):
        views = {
            "render": self.render_view,
            "progress": self.progress_view,
            "publish": self.publish_view,
            "withdraw": self.withdraw_view,
        }
        return [
            *(
                path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"brochure_edition_{name}")
                for name, view in views.items()
            ),
            path(
                "<int:pk>/files/<slug:language>/<slug:paper>/",
                self.admin_site.admin_view(self.file_view),
                name="brochure_edition_file",
            ),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def render_view(self, request, pk):
        """Hands the draft to the background worker, unless it is there already; what was rendered is drawn anew."""
        demand_publish(request)
        edition = get_object_or_404(Edition, pk=pk)
        if edition.published_at:
            self.message_user(request, gettext("This edition is published: it never changes any more."), messages.ERROR)
            return self.back_to(edition)
        if (task := last_task(edition)) and task.status in AT_WORK:
            self.message_user(request, gettext("It is being rendered already."), messages.INFO)
        else:
            if edition.is_rendered:
                drop_files(edition=edition)
            draw_edition.enqueue(edition.pk, edition.revision, by=request.user.pk)
            self.log_change(request, edition, gettext("Rendering asked for."))
        return HttpResponseRedirect(reverse("admin:brochure_edition_progress", args=[pk]))

    @method_decorator(require_safe)
    def progress_view(self, request, pk):
        """How far the rendering is: a page that loads itself again until it is done."""
        edition = get_object_or_404(Edition.objects.select_related("rendering"), pk=pk)
        if not self.has_view_permission(request, edition):
            raise PermissionDenied("brochure.view_edition")
        task = last_task(edition)
        if edition.published_at or not task or task.status not in AT_WORK:
            return self.back_to(edition)
        context = {"rendering": getattr(edition, "rendering", None), "task": task, "is_still": "quieta" in request.GET}
        return self.page(
            request, edition, "admin/brochure/edition/progress.html", gettext("Rendering edition %(number)d"), context
        )

    def publish_view(self, request, pk):
        """Shows what would be frozen, then publishes that very revision."""
        demand_publish(request)
        edition = get_object_or_404(Edition, pk=pk)
        if edition.published_at:
            self.message_user(request, gettext("This edition is published: it never changes any more."), messages.ERROR)
            return self.back_to(edition)
        if request.method == "POST":
            return self.publish(request, edition)
        if not edition.is_rendered:
            self.message_user(request, gettext("Not all of it is rendered yet."), messages.ERROR)
            return self.back_to(edition)
        context = {"files": edition.files.all(), "record_count": edition.items.count()}
        context["is_up_to_date"] = is_up_to_date(edition)
        return self.page(
            request, edition, "admin/brochure/edition/publish.html", gettext("Publish edition %(number)d"), context
        )

    def publish(self, request, edition):
        revision = request.POST.get("revision", "")
        try:
            publish_edition(edition=edition, revision=int(revision) if revision.isdecimal() else 0)
        except NotRendered:
            self.message_user(request, gettext("Not all of it is rendered yet."), messages.ERROR)
        except DraftChanged:
            self.message_user(request, CHANGED, messages.ERROR)
        else:
            self.log_change(request, edition, gettext("Published."))
            message = gettext("Edition %(number)d is published.") % {"number": edition.number}
            self.message_user(request, message, messages.SUCCESS)
        return self.back_to(edition)

    def withdraw_view(self, request, pk):
        demand_publish(request)
        edition = get_object_or_404(Edition, pk=pk)
        form = WithdrawalForm(request.POST or None)
        if edition.withdrawn_at or not edition.published_at:
            said = gettext("It is withdrawn already.") if edition.withdrawn_at else gettext("It is not published.")
            self.message_user(request, said, messages.INFO)
            return self.back_to(edition)
        if request.method == "POST" and form.is_valid():
            withdraw_edition(edition=edition, by=request.user, **form.cleaned_data)
            self.log_change(request, edition, gettext("Withdrawn: %(reason_es)s") % form.cleaned_data)
            self.message_user(request, gettext("The edition is withdrawn."), messages.SUCCESS)
            return self.back_to(edition)
        return self.page(
            request,
            edition,
            "admin/brochure/edition/withdraw.html",
            gettext("Withdraw edition %(number)d"),
            {"form": form},
        )

    @method_decorator(require_safe)
    def file_view(self, request, pk, language, paper):
        """A file of a draft or of a published edition, for the staff: it counts as no download."""
        edition = get_object_or_404(Edition, pk=pk)
        if not self.has_view_permission(request, edition):
            raise PermissionDenied("brochure.view_edition")
        try:
            response = send_edition_file(request, edition.files.get(language=language, paper=paper))
        except (EditionFile.DoesNotExist, FileNotFoundError):
            self.message_user(request, gettext("There is no such file now: have it rendered."), messages.ERROR)
            return self.back_to(edition)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def page(self, request, edition, template, title, context):
        """One of this module's own pages about an edition."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "edition": edition,
            "title": title % {"number": edition.number},
            **context,
        }
        return TemplateResponse(request, template, context)

    def back_to(self, edition):
        return HttpResponseRedirect(reverse("admin:brochure_edition_change", args=[edition.pk]))


def may_publish(request):
    return request.user.has_perm("brochure.publish_edition")


def demand_publish(request):
    if not may_publish(request):
        raise PermissionDenied("brochure.publish_edition")

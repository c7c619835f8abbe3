"""What the admin of procedures and that of programs have in common: the list, the page and the life of a version."""

from datetime import timedelta
from functools import partial

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procedures.admin import desk, editing
from procedures.admin.bilingual import Bilingual
from procedures.admin.forms import VerifiedForm
from procedures.admin.link_checks import look_now
from procedures.admin.links import links_view
from procedures.admin.moves import moves_for
from procedures.admin.records import source_links
from procedures.admin.reviewing import checks_view, compare_view, move_view, open_among, review_view
from procedures.admin.rules import rule, version_effect
from procedures.gate.checks import blocking
from procedures.gate.reading import read_checks
from procedures.models import Assurance, Conditional, VersionState
from procedures.preview import preview_path


class StateFilter(admin.SimpleListFilter):
    """By state; without a choice, all that is alive: retired versions are looked up on purpose."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [*VersionState.choices, ("all", _("all, the retired ones too"))]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset.exclude(state=VersionState.RETIRED)
        return queryset if self.value() == "all" else queryset.filter(state=self.value())

    def choices(self, changelist):
        default, *others = super().choices(changelist)
        return [{**default, "display": _("published or in progress")}, *others]


class VersionForm(VerifiedForm):
    """A draft. That of a record that does not exist yet also asks for the record's slug."""

    slug = forms.SlugField(label=_("Slug"), max_length=80, required=False)

    def clean(self):
        data = super().clean()
        slug = data.get("slug")
        if slug and self.identities.filter(slug=slug).exists():
            self.add_error("slug", _("Another record has this address already: write a different one."))
        return data

    @property
    def identities(self):
        return self._meta.model._meta.get_field(self._meta.model.IDENTITY).related_model._default_manager

    def make_identity(self):
        last = self.identities.aggregate(last=Max("position"))["last"] or 0
        return self.identities.create(slug=self.cleaned_data["slug"], position=last + 1)


class VersionInline(Bilingual):
    """Adds to an inline: what may be done with a part of a version is what may be done with the version."""

    def has_view_permission(self, request, obj=None):
        return self._has("view", request) or self._has("change", request)

    def has_add_permission(self, request, obj=None):
        return self._has("change", request) or self._has("add", request)

    def has_change_permission(self, request, obj=None):
        return self._has("change", request)

    def has_delete_permission(self, request, obj=None):
        return self._has("change", request)

    def _has(self, permission, request):
        options = self.parent_model._meta
        return request.user.has_perm(f"{options.app_label}.{permission}_{options.model_name}")


class VersionAdmin(Bilingual, admin.ModelAdmin):
    """Subclasses say `page`: fieldsets and inlines in the order in which the public page shows them."""

    page = ()
    form = VersionForm
    change_form_template = "admin/procedures/version_change_form.html"
    change_list_template = "admin/procedures/rules_change_list.html"
    object_history_template = "admin/procedures/version_history.html"
    search_fields = ("name_es", "name_en")
    search_help_text = _("Name in Spanish or English, or part of the address.")
    list_per_page = 50
    show_full_result_count = False
    actions = None

    @property
    def inlines(self):
        return [part for part in self.page if isinstance(part, type)]

    def get_fieldsets(self, request, obj=None):
        return [part for part in self.page if not isinstance(part, type)]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(*Conditional.CONDITION_FIELDS)

    def get_readonly_fields(self, request, obj=None):
        return ["slug", rule] if obj else [rule]

    # The list

    @admin.display(description=_("name"), ordering="name_es")
    def title(self, version):
        return str(version)

    @admin.display(description=_("institution"), ordering="institution__name_es")
    def institution_short(self, version):
        return version.institution.short_name if version.institution else version.provider

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, version):
        return format_html('<span class="badge state-{}">{}</span>', version.state, version.get_state_display())

    @admin.display(description=_("assurance"), ordering="assurance")
    def assurance_badge(self, version):
        text = version.get_assurance_display()
        return format_html('<span class="badge assurance-{}">{}</span>', version.assurance, text)

    @admin.display(description=_("published at"), ordering="published_at")
    def published_on(self, version):
        return version.published_at and date_format(timezone.localtime(version.published_at), "SHORT_DATE_FORMAT")

    def get_search_results(self, request, queryset, search_term):
        """Also by slug, which has no accents: "tramite de proteccion" finds "Trámite de Protección"."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if slug := slugify(search_term):
            found |= queryset.filter(**{f"{self.model.IDENTITY}__slug__contains": slug})
        return found, may_repeat

    # The page

    @admin.display(description=_("Slug"))
    def slug(self, version):
        identity = version.identity
        url = reverse(f"admin:procedures_{identity._meta.model_name}_change", args=[identity.pk])
        return format_html('{} · <a href="{}">{}</a>', identity.slug, url, self.identity_link)

    @admin.display(description=_("Sources"))
    def source_addresses(self, version):
        return source_links(version)

    def has_change_permission(self, request, obj=None):
        """Only a draft changes; a later change takes a new version."""
        return super().has_change_permission(request, obj) and (obj is None or obj.is_editable)

    def has_delete_permission(self, request, obj=None):
        """Never: drafts are discarded, published versions are retired and stay readable."""
        return False

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A draft that comes back is first held against the draft as it is now: another may have changed it."""
        if request.method != "POST" or object_id is None or not super().has_change_permission(request):
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            lock_identity(self.model, unquote(object_id))
            version = self.get_object(request, unquote(object_id))
            if "edit_base" in request.POST and (version is None or not version.is_editable):
                return editing.closed_meanwhile(self, request, version)
            if version is not None and version.is_editable:
                page, request.POST = editing.changed_meanwhile(self, request, version)
                if page:
                    return page
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        if not change:
            setattr(obj, obj.IDENTITY, form.make_identity())
            obj.author = request.user
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """Who changed a draft last answers for it as its author; none of its writers reviews it."""
        super().save_related(request, form, formsets, change)
        form.save_sources()
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            form.instance.author = request.user
            form.instance.save(update_fields=["author"])
            form.instance.writers.add(request.user)

    def response_add(self, request, obj, post_url_continue=None):
        return self._response_of_button(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self._response_of_button(request, obj) or super().response_change(request, obj)

    def _response_of_button(self, request, version):
        """Where the two buttons of ours lead after saving; None for Django's own."""
        if "_submit" in request.POST:
            return HttpResponseRedirect(self.url_of("move", version, "submit"))
        if "_preview" in request.POST:
            return HttpResponseRedirect(preview_path(version))
        return None

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        formsets = {type(formset.opts): formset for formset in context["inline_admin_formsets"]}
        fieldsets = iter(context["adminform"])
        context["parts"] = [formsets[part] if isinstance(part, type) else next(fieldsets) for part in self.page]
        if obj:
            context |= self._standing(request, obj)
        if obj and obj.is_editable:
            context["edit_base"] = getattr(request, "edit_base", "") or editing.token_of_page(context)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _standing(self, request, version):
        """What the page says above the form of where the version stands and what can be done next."""
        versions = list(version.identity.versions.all())
        return {
            "title": gettext("%(name)s, version %(number)d") % {"name": version, "number": version.number},
            "subtitle": None,
            "versions": versions,
            "moves": [
                (move, self.url_of("move", version, move.name))
                for move in moves_for(request.user, version, in_progress=open_among(versions))
            ],
            "notes": version.reviewnotes.select_related("by"),
            "links_url": self.url_of("links", version),
            "compare_url": self.url_of("compare", version) if len(versions) > 1 else "",
            "review_url": self.url_of("review", version) if version.state == VersionState.IN_REVIEW else "",
            "previews": [(language, self._preview_path(version, language)) for language, _name in settings.LANGUAGES],
            "effect_url": self.url_of("effect", version),
            "checks_url": self.url_of("checks", version),
            "overdue_for": [line.words for line in blocking(read_checks(version))] if is_overdue(version) else [],
            "history_url": self.url_of("history", version),
        }

    def _preview_path(self, version, language):
        with translation.override(language):
            return preview_path(version)

    def history_view(self, request, object_id, extra_context=None):
        """The history leads to what changed: this version beside each other one."""
        version = self.get_object(request, unquote(object_id))
        siblings = version.identity.versions.exclude(pk=version.pk).order_by("-number") if version else []
        compared = [(other, f"{self.url_of('compare', version)}?con={other.number}") for other in siblings]
        return super().history_view(request, object_id, {**(extra_context or {}), "versions": compared})

    # The moves

    def get_urls(self):
        views = {
            "move/<slug:name>": move_view,
            "review": review_view,
            "compare": compare_view,
            "links": links_view,
            "effect": version_effect,
            "checks": checks_view,
            "link-checks": look_now,
        }
        return [
            *(
                path(
                    f"<int:pk>/{address}/",
                    self.admin_site.admin_view(partial(view, self)),
                    name=f"procedures_{self.opts.model_name}_{address.partition('/')[0]}",
                )
                for address, view in views.items()
            ),
            *super().get_urls(),
        ]

    def url_of(self, view, version, *args):
        return reverse(f"admin:procedures_{self.opts.model_name}_{view}", args=[version.pk, *args])


def lock_identity(versions, pk):
    """Until the transaction ends, no other one saves or moves a version of this record. SQLite waits by itself."""
    identities = versions._meta.get_field(versions.IDENTITY).related_model
    if pk.isdecimal():
        identities._base_manager.select_for_update().filter(versions=pk).first()


def is_overdue(version):
    """Whether the time at which it was to go live by itself is past."""
    is_set = version.state == VersionState.APPROVED and version.publish_at is not None
    return is_set and version.publish_at <= timezone.now()


def add_to_desk(versions, group, *more):
    """What waits of procedures and programs alike: work in progress, and what is not sure.

    A version is of whoever wrote some of it, and of the unit that answers for it or verifies it.

    Args:
        more: further lines.
    """

    def wrote(look):
        writers = versions.writers.through.objects.filter(**{versions._meta.model_name: OuterRef("pk")})
        return Q(author=look.user) | Q(Exists(writers.filter(user=look.user)))

    def in_state(state, **query):
        return lambda look: Q(state=state, **query)

    def scheduled(look):
        return Q(state=VersionState.APPROVED, publish_at__gte=overdue_before(look))

    def overdue(look):
        return Q(state=VersionState.APPROVED, publish_at__lt=overdue_before(look))

    def overdue_before(look):
        return look.now - timedelta(minutes=1)  # the worker's

    def line(label, key, holds, right, urgency="", **options):
        return desk.Line(key, label, holds, (f"procedures.{right}_{versions._meta.model_name}",), urgency, **options)

    change = f"procedures.change_{versions._meta.model_name}"
    lines = (
        desk.Line(
            "overdue",
            _("approved, not live though their time has come"),
            overdue,
            (change, f"procedures.publish_{versions._meta.model_name}"),
            desk.Urgency.LATE,
            is_anyones=True,
        ),
        line(
            _("to be reviewed: somebody else's, in review"),
            "to_review",
            lambda look: Q(state=VersionState.IN_REVIEW) & ~wrote(look),
            "review",
            since="submitted_at",
            is_anyones=True,
        ),
        line(
            _("approved, to be published"),
            "approved",
            in_state(VersionState.APPROVED, publish_at=None),
            "publish",
            is_anyones=True,
        ),
        line(
            _("drafts returned with comments"), "returned", in_state(VersionState.DRAFT, review_note__gt=""), "change"
        ),
        line(_("drafts"), "drafts", in_state(VersionState.DRAFT), "change"),
        line(_("in review"), "in_review", in_state(VersionState.IN_REVIEW), "change", since="submitted_at"),
        line(_("approved, with a time set"), "scheduled", scheduled, "publish"),
        *more,
        *desk.checks(Q(state=VersionState.PUBLISHED), (change,), _("live ones")),
        line(
            _("live, not verified"),
            "unverified",
            in_state(VersionState.PUBLISHED, assurance=Assurance.UNVERIFIED),
            "change",
        ),
        line(
            _("live, partly confirmed"),
            "partly",
            in_state(VersionState.PUBLISHED, assurance=Assurance.PARTLY),
            "change",
        ),
    )
    desk.add_queue(desk.Queue(versions, group, lines, mine=wrote, unit=of_unit))


def of_unit(look):
    return Q(institution=look.unit) | Q(verified_by=look.unit)

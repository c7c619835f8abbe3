"""What is to be verified again: marking a law as reformed, the list of doubts, and settling one."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procedures import ripple
from procedures.admin import desk
from procedures.admin.fees import fees_view
from procedures.admin.records import links
from procedures.models import Assurance, LinkCheck, ProcedureVersion, Reform, Reverification, VersionState


class ReformForm(forms.ModelForm):
    class Meta:
        model = Reform
        fields = ("reformed_on", "articles", "url", "note")
        widgets = {
            "reformed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "note": forms.Textarea(attrs={"rows": 4}),
        }

    def clean_reformed_on(self):
        day = self.cleaned_data["reformed_on"]
        if self.instance.instrument.published_on and day < self.instance.instrument.published_on:
            raise forms.ValidationError(_("The last reform can't be before the publication."))
        return day


def reform_view(model_admin, request, pk):
    """GET: what happened to the law. POST: first which fichas cite it, then, once confirmed, all of them in doubt."""
    instrument = model_admin.get_object(request, str(pk))
    if instrument is None:
        raise Http404
    if not request.user.has_perm("procedures.add_reform"):
        raise PermissionDenied
    form = ReformForm(request.POST or None, instance=Reform(instrument=instrument))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Mark as reformed"),
        "opts": model_admin.opts,
        "instrument": instrument,
        "instrument_url": reverse("admin:procedures_legalinstrument_change", args=[pk]),
        "form": form,
        "citing": None,
    }
    if form.is_valid():
        if "_confirm" in request.POST:
            return mark(request, instrument, form.cleaned_data, context["instrument_url"])
        context["citing"] = [
            (row, reverse("admin:procedures_procedureversion_change", args=[row.version.pk]))
            for row in ripple.citing(instrument, form.cleaned_data["articles"])
        ]
    return TemplateResponse(request, "admin/procedures/reform.html", context)


def mark(request, instrument, said, back):
    _reform, versions = ripple.mark_reformed(instrument=instrument, by=request.user, **said)
    count = len(versions)
    messages.success(
        request,
        ngettext(
            "Marked as reformed: %(n)d published record is to be verified.",
            "Marked as reformed: %(n)d published records are to be verified.",
            count,
        )
        % {"n": count},
    )
    can_list = request.user.has_perm("procedures.view_reverification")
    return HttpResponseRedirect(reverse("admin:procedures_reverification_changelist") if count and can_list else back)


def reforms_of(instrument):
    """What was marked of an instrument, with how many fichas still wait for a check, as a list."""
    rows = instrument.reforms.prefetch_related("reverifications")
    return links((reform.url or f"#reform-{reform.pk}", reform_words(reform)) for reform in rows)


def reform_words(reform):
    waiting = sum(row.settled_at is None for row in reform.reverifications.all())
    words = {
        "date": date_format(reform.reformed_on),
        "articles": reform.articles or _("all of it"),
        "n": waiting,
        "total": len(reform.reverifications.all()),
    }
    return _("%(date)s: %(articles)s. Still to be verified: %(n)d of %(total)d.") % words


def link_state(url):
    """What the last look at an address said, or a dash."""
    row = LinkCheck.objects.filter(url=url).first() if url else None
    if row is None or not row.checked_at:
        return "–"
    words = f"{row.get_result_display()} ({date_format(timezone.localtime(row.checked_at))})"
    return format_html('<span class="badge check-{}">{}</span>', "blocks" if row.is_dead else "fine", words)


# The list of doubts


class StandFilter(admin.SimpleListFilter):
    """Without a choice, what the public sees and nobody has settled."""

    title = gettext_lazy("stand")
    parameter_name = "stand"

    def lookups(self, request, model_admin):
        return [("settled", gettext_lazy("settled")), ("all", gettext_lazy("all"))]

    def queryset(self, request, queryset):
        chosen = {"settled": queryset.filter(settled_at__isnull=False), "all": queryset}
        return chosen.get(self.value(), queryset.waiting())

    def choices(self, changelist):
        default, *others = super().choices(changelist)
        return [{**default, "display": gettext_lazy("to be verified now")}, *others]


class SettleForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What you checked"),
        help_text=gettext_lazy("Internal: the history keeps it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )
    assurance = forms.ChoiceField(label=gettext_lazy("How sure we are now"), choices=Assurance.choices)


@admin.register(Reverification)
class ReverificationAdmin(admin.ModelAdmin):
    list_display = ("record", "cause", "why", "since", "opened_by", "outcome")
    list_display_links = None
    list_filter = (*desk.LISTED, StandFilter, "cause")
    list_select_related = ("version__procedure", "reform__instrument", "unit_value", "opened_by")
    list_per_page = 100
    show_full_result_count = False
    search_fields = ("version__name_es", "version__name_en", "reform__instrument__name_es")
    change_list_template = "admin/procedures/doubts_change_list.html"
    actions = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=gettext_lazy("record"), ordering="version__name_es")
    def record(self, row):
        view = "settle" if row.settled_at is None else "change"
        key = row.version_id if row.settled_at is None else row.pk
        return format_html(
            '<a href="{}">{}</a>', reverse(f"admin:procedures_reverification_{view}", args=[key]), row.version
        )

    @admin.display(description=gettext_lazy("why"))
    def why(self, row):
        return row.reform or row.unit_value or ""

    @admin.display(description=gettext_lazy("since"), ordering="opened_at")
    def since(self, row):
        return date_format(timezone.localtime(row.opened_at))

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("fees/", wrap(self.fees_view), name="procedures_reverification_fees"),
            path("<int:pk>/settle/", wrap(self.settle_view), name="procedures_reverification_settle"),
            *super().get_urls(),
        ]

    def fees_view(self, request):
        return fees_view(self, request)

    def settle_view(self, request, pk):
        """All doubts about one published version, and the two ways out: it is right as it stands, or a new version."""
        version = ProcedureVersion.objects.filter(pk=pk, state=VersionState.PUBLISHED).for_links().first()
        if version is None:
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        may_settle = request.user.has_perm("procedures.change_reverification")
        if request.method == "POST" and not may_settle:
            raise PermissionDenied
        doubts = list(version.reverifications.open().for_page())
        before = {"assurance": ripple.assurance_without_doubt(version)}
        form = SettleForm(request.POST or None, initial=before) if may_settle and doubts else None
        if form and form.is_valid():
            ripple.settle(version=version, by=request.user, **form.cleaned_data)
            messages.success(request, _("Verified: “%(name)s” is no longer in doubt.") % {"name": version})
            return HttpResponseRedirect(reverse("admin:procedures_reverification_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("To be verified"),
            "opts": self.opts,
            "version": version,
            "version_url": reverse("admin:procedures_procedureversion_change", args=[pk]),
            "new_version_url": reverse("admin:procedures_procedureversion_move", args=[pk, "start"]),
            "may_change": request.user.has_perm("procedures.change_procedureversion"),
            "doubts": doubts,
            "form": form,
        }
        return TemplateResponse(request, "admin/procedures/settle.html", context)


def written_by(look):
    writers = ProcedureVersion.writers.through.objects.filter(procedureversion=OuterRef("version"), user=look.user)
    return Q(version__author=look.user) | Q(Exists(writers))


desk.add_queue(
    desk.Queue(
        Reverification,
        gettext_lazy("Procedures"),
        (
            desk.Line(
                "open",
                gettext_lazy("to be verified after a reform or a new year"),
                lambda look: Q(settled_at__isnull=True, version__state=VersionState.PUBLISHED),
                ("procedures.view_reverification",),
                desk.Urgency.LATE,
                since="opened_at",
            ),
        ),
        mine=written_by,
        unit=lambda look: Q(version__institution=look.unit) | Q(version__verified_by=look.unit),
    )
)

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from engagement.actions import IllegalMove
from engagement.admin.moves import POST_MOVES, THREAD_MOVES, may, moves_for
from engagement.models import Thread
from procedures.admin import desk
from procedures.models import ProcedureVersion, ProgramVersion, VersionState

State = Thread.State
TO_DO = [State.PENDING, State.OPEN]
REPORTS = [Thread.Kind.CORRECTION, Thread.Kind.EXTRA_REQUIREMENT]
WAITS_SINCE = Coalesce("published_at", "created_at")


class StateFilter(admin.SimpleListFilter):
    """By state; without a choice, what somebody has to do something about."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [*State.choices, ("all", _("all"))]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset.filter(state__in=TO_DO)
        return queryset if self.value() == "all" else queryset.filter(state=self.value())

    def choices(self, changelist):
        default, *others = super().choices(changelist)
        return [{**default, "display": _("to do: to be read or answered")}, *others]


@admin.register(Thread)
class ThreadAdmin(admin.ModelAdmin):
    """Threads are read and moved here. Nobody writes in a citizen's name, and nothing is deleted."""

    list_display = (
        "title",
        "kind",
        "state_badge",
        "received",
        "days_waiting",
        "about",
        "posts_count",
        "answers_count",
    )
    list_filter = (*desk.LISTED, StateFilter, "kind")
    search_fields = ("title", "posts__body")
    search_help_text = _("Words of the title or of the text.")
    ordering = (
        Case(When(state=State.PENDING, then=Value(0)), When(state=State.OPEN, then=Value(1)), default=Value(2)).asc(),
        "created_at",
    )
    list_per_page = 50
    show_full_result_count = False
    actions = None
    change_form_template = "admin/engagement/thread/change_form.html"

    def get_queryset(self, request):
        return super().get_queryset(request).with_target().with_counts()

    def get_changelist_instance(self, request):
        """Each row of the page with the business days that it waits: one query for the calendar, whatever the rows."""
        changelist = super().get_changelist_instance(request)
        look = desk.Look.of(request)
        for thread in changelist.result_list:
            is_waiting = thread.state in TO_DO
            since = thread.published_at or thread.created_at
            thread.business_days = look.business_days_since(since) if is_waiting else None
        return changelist

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, thread):
        return format_html('<span class="badge thread-{}">{}</span>', thread.state, thread.get_state_display())

    @admin.display(description=_("received at"), ordering="created_at")
    def received(self, thread):
        return date_format(timezone.localtime(thread.created_at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("business days waiting"), ordering="created_at")
    def days_waiting(self, thread):
        return thread.business_days

    @admin.display(description=_("about"))
    def about(self, thread):
        return thread.target

    @admin.display(description=_("posts"), ordering="post_count")
    def posts_count(self, thread):
        return thread.post_count

    @admin.display(description=_("answers"), ordering="answer_count")
    def answers_count(self, thread):
        return thread.answer_count

    # Who may

    def has_view_permission(self, request, obj=None):
        rights = ("view", "change", "moderate", "answer")
        return any(request.user.has_perm(f"engagement.{right}_thread") for right in rights)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    # The page

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        user = request.user
        context |= {
            "title": obj.title,
            "subtitle": None,
            "moves": [(move, self.url_of("move", obj, move.name)) for move in moves_for(user, obj, THREAD_MOVES)],
            "posts": [
                (post, [(move, self.url_of("post_move", obj, post.pk, move.name)) for move in moves])
                for post in obj.posts.all()
                for moves in [moves_for(user, post, POST_MOVES)]
            ],
            "answers": obj.answers.select_related("institution", "author"),
            "acts": LogEntry.objects.filter(
                content_type=get_content_type_for_model(obj), object_id=str(obj.pk)
            ).select_related("user"),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    # The moves

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/move/<slug:name>/", view(self.move_view), name="engagement_thread_move"),
            path(
                "<int:pk>/post/<int:post>/<slug:name>/", view(self.post_move_view), name="engagement_thread_post_move"
            ),
            *super().get_urls(),
        ]

    def url_of(self, view, thread, *args):
        return reverse(f"admin:engagement_thread_{view}", args=[thread.pk, *args])

    def move_view(self, request, pk, name):
        thread = get_object_or_404(Thread, pk=pk)
        return self._move_view(request, THREAD_MOVES.get(name), thread, thread)

    def post_move_view(self, request, pk, post, name):
        thread = get_object_or_404(Thread, pk=pk)
        return self._move_view(request, POST_MOVES.get(name), thread, get_object_or_404(thread.posts, pk=post))

    def _move_view(self, request, move, thread, row):
        """GET: what the move of a thread or post will do, and what it asks. POST: makes it."""
        if move is None:
            raise Http404
        if not may(request.user, move):
            raise PermissionDenied
        form = move.form(request.POST if request.method == "POST" else None)
        if form.is_valid():
            return self._make(request, move, thread, row, form.cleaned_data)
        context = {
            **self.admin_site.each_context(request),
            "title": move.label,
            "opts": self.opts,
            "thread": thread,
            "thread_url": self.url_of("change", thread),
            "posts": [row] if row != thread else thread.posts.all(),
            "move": move,
            "form": form,
        }
        return TemplateResponse(request, "admin/engagement/thread/move.html", context)

    def _make(self, request, move, thread, row, asked):
        try:
            move.run(row, request.user, **asked)
        except IllegalMove as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, move.done)
        return HttpResponseRedirect(self.url_of("change", thread))


def about(look):
    """Threads about what the unit answers for; one about nothing in particular is nobody's."""
    in_force = Q(state=VersionState.PUBLISHED, institution=look.unit)
    return (
        Q(Exists(ProcedureVersion.objects.filter(in_force, procedure=OuterRef("procedure"))))
        | Q(Exists(ProgramVersion.objects.filter(in_force, program=OuterRef("program"))))
        | Q(Exists(look.unit.commitments.filter(pk=OuterRef("commitment"))))
    )


def about_mine(look):
    """Threads about a version in force of which the person wrote something."""
    wrote = Q(state=VersionState.PUBLISHED) & (Q(author=look.user) | Q(writers=look.user))
    return Q(Exists(ProcedureVersion.objects.filter(wrote, procedure=OuterRef("procedure")))) | Q(
        Exists(ProgramVersion.objects.filter(wrote, program=OuterRef("program")))
    )


def waiting(key, label, rows, *rights):
    """A line of the first page with how long the oldest waits."""
    permissions = tuple(f"engagement.{right}_thread" for right in rights)
    return desk.Line(key, label, lambda look: rows, permissions, since=WAITS_SINCE)


desk.add_queue(
    desk.Queue(
        Thread,
        _("Dialogue"),
        (
            waiting("pending", _("threads to be read and published"), Q(state=State.PENDING), "moderate"),
            waiting("open", _("threads without an official answer"), Q(state=State.OPEN), "answer"),
            waiting(
                "reports",
                _("readers' reports of a mistake or of something more that was asked"),
                Q(state__in=TO_DO, kind__in=REPORTS),
                "moderate",
                "answer",
            ),
        ),
        mine=about_mine,
        unit=about,
    )
)

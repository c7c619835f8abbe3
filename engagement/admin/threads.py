from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Value, When
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

State = Thread.State
TO_DO = [State.PENDING, State.OPEN]


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
    list_filter = (StateFilter, "kind")
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

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, thread):
        return format_html('<span class="badge thread-{}">{}</span>', thread.state, thread.get_state_display())

    @admin.display(description=_("received at"), ordering="created_at")
    def received(self, thread):
        return date_format(timezone.localtime(thread.created_at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("days waiting"), ordering="created_at")
    def days_waiting(self, thread):
        if thread.state not in TO_DO:
            return None
        return (timezone.now() - (thread.published_at or thread.created_at)).days

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


def add_to_desk(label, rows, state, permission):
    desk.add(
        label,
        count=lambda: rows().count(),
        url=lambda: f"{reverse('admin:engagement_thread_changelist')}?state={state}",
        permission=f"engagement.{permission}_thread",
        group=_("Dialogue"),
    )


add_to_desk(_("threads to be read and published"), Thread.objects.pending, State.PENDING, "moderate")
add_to_desk(_("threads without an official answer"), Thread.objects.waiting, State.OPEN, "answer")

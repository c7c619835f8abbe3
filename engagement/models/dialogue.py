from django.conf import settings
from django.db import models
from django.db.models import Count, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagement.models.commitments import Commitment
from procedures.models import Institution, Procedure, ProcedureVersion, Program, ProgramVersion, VersionState


class ThreadQuerySet(models.QuerySet):
    def public(self):
        """Threads a moderator let through; a withdrawn one stays as a notice."""
        return self.exclude(state__in=[Thread.State.PENDING, Thread.State.REJECTED])

    def pending(self):
        """Threads that nobody has read yet: not public."""
        return self.filter(state=Thread.State.PENDING)

    def waiting(self):
        """Public threads that no institution has answered yet."""
        return self.filter(state=Thread.State.OPEN)

    def answered(self):
        return self.filter(state=Thread.State.ANSWERED)

    def with_target(self):
        """With what each is about, by its name in force."""
        return self.select_related("procedure", "program", "commitment").prefetch_related(
            Prefetch("procedure__versions", ProcedureVersion.objects.published()),
            Prefetch("program__versions", ProgramVersion.objects.published()),
        )

    def with_counts(self):
        """With `post_count` and `answer_count`, every state included."""
        return self.annotate(
            post_count=Count("posts", distinct=True),
            answer_count=Count("answers", distinct=True),
        )

    def for_page(self):
        """With its target, the posts that may be read and the official answers."""
        return self.with_target().prefetch_related(
            Prefetch("posts", Post.objects.public()),
            Prefetch("answers", OfficialAnswer.objects.select_related("institution")),
        )


class Thread(models.Model):
    """A conversation that a citizen opens: a question, a proposal, a correction, a report."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("question")
        PROPOSAL = "proposal", _("proposal")
        CORRECTION = "correction", _("correction")
        EXTRA_REQUIREMENT = "extra_requirement", _("something more was asked of me")

    class State(models.TextChoices):
        PENDING = "pending", _("waits for moderation")
        OPEN = "open", _("waits for an answer")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        REJECTED = "rejected", _("not published")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.QUESTION)
    title = models.CharField(_("title"), max_length=150)
    language = models.CharField(_("language"), max_length=8, default="es")
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PENDING)
    state_reason = models.TextField(_("reason"), blank=True)
    procedure = models.ForeignKey(
        Procedure,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="threads",
        verbose_name=_("about the procedure"),
    )
    program = models.ForeignKey(
        Program,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="threads",
        verbose_name=_("about the program"),
    )
    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="threads",
        verbose_name=_("about the commitment"),
    )
    target_field = models.CharField(_("about the part"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("received at"), auto_now_add=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        ordering = ["-published_at", "-id"]
        permissions = [
            ("moderate_thread", "Can publish, reject, close and withdraw threads"),
            ("answer_thread", "Can answer threads officially"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "open", "answered", "closed", "withdrawn", "rejected"]),
                name="thread_state_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["question", "proposal", "correction", "extra_requirement"]),
                name="thread_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "rejected"]) | Q(published_at__isnull=False),
                name="thread_public_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["closed", "withdrawn", "rejected"]) | ~Q(state_reason=""),
                name="thread_end_has_reason",
                violation_error_message=_("Say why: the reason is kept, and shown where the thread is public."),
            ),
            models.CheckConstraint(
                condition=Q(procedure__isnull=True, program__isnull=True)
                | Q(procedure__isnull=True, commitment__isnull=True)
                | Q(program__isnull=True, commitment__isnull=True),
                name="thread_at_most_one_target",
                violation_error_message=_("A thread is about one thing at most."),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("engagement:thread", args=[self.pk])

    @property
    def is_public(self):
        return self.state not in (self.State.PENDING, self.State.REJECTED)

    @property
    def target(self):
        """What it is about: the version in force of its procedure or program, its commitment, or None."""
        identity = self.procedure or self.program
        if identity is None:
            return self.commitment
        return next((version for version in identity.versions.all() if version.state == VersionState.PUBLISHED), None)

    @property
    def conversation(self):
        """Its posts and official answers in the order in which they came. Uses prefetched rows."""
        posts = [(post.created_at, "post", post) for post in self.posts.all()]
        answers = [(answer.published_at, "answer", answer) for answer in self.answers.all()]
        return sorted(posts + answers, key=lambda entry: entry[0])


class PostQuerySet(models.QuerySet):
    def public(self):
        """Posts a moderator let through; a withdrawn one stays as a notice."""
        return self.filter(state__in=[Post.State.PUBLISHED, Post.State.WITHDRAWN])


class Post(models.Model):
    """What a citizen wrote in a thread; the first one opens it."""

    class State(models.TextChoices):
        PENDING = "pending", _("waits for moderation")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")
        REJECTED = "rejected", _("not published")

    MAX_LENGTH = 4000

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="posts", verbose_name=_("thread"))
    author_name = models.CharField(_("name"), max_length=80, blank=True)
    body = models.TextField(_("text"), max_length=MAX_LENGTH)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PENDING)
    state_reason = models.TextField(_("reason"), blank=True)
    created_at = models.DateTimeField(_("received at"), auto_now_add=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "published", "withdrawn", "rejected"]), name="post_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["withdrawn", "rejected"]) | ~Q(state_reason=""),
                name="post_end_has_reason",
                violation_error_message=_("Say why: the reason is kept, and shown where the post was public."),
            ),
        ]

    def __str__(self):
        return self.body[:80]


class OfficialAnswer(models.Model):
    """What an institution answers in public. Once published it stays; a correction is a further answer."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="answers", verbose_name=_("thread"))
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("answers for")
    )
    body = models.TextField(_("answer"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("author")
    )
    published_at = models.DateTimeField(_("published at"), auto_now_add=True)

    class Meta:
        verbose_name = _("official answer")
        verbose_name_plural = _("official answers")
        ordering = ["published_at", "id"]

    def __str__(self):
        return self.body[:80]

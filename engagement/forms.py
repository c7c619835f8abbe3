"""What a citizen may send, without an account."""

import re
import unicodedata

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from engagement.models import Commitment, Post, Thread
from procedures.models import Procedure, Program, VersionState

# Control characters but line feed and tab, and halves of surrogate pairs: PostgreSQL stores neither NUL nor those.
UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}


def plain_text(value):
    """The text as typed, in any script, without what can't be stored; lines end in a line feed.

    A text of which nothing could be seen becomes an empty one.
    """
    text = UNSTORABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return text if any(unicodedata.category(letter) not in INVISIBLE for letter in text) else ""


class PlainTextField(forms.CharField):
    """Text of at most `longest` characters; the page sets no such limit, for a browser would cut what is pasted."""

    def __init__(self, *, longest, **kwargs):
        super().__init__(strip=False, **kwargs)
        message = _("Write at most %(limit_value)d characters: there are %(show_value)d now.")
        self.validators = [MaxLengthValidator(longest, message)]

    def to_python(self, value):
        return plain_text(super().to_python(value))


class PlainLineField(PlainTextField):
    """The same on a single line."""

    def to_python(self, value):
        return " ".join(super().to_python(value).split())


class ThreadForm(forms.Form):
    """The first post of a new thread. Who writes it stays unknown: neither address nor device is kept."""

    KINDS = (
        (Thread.Kind.QUESTION, _("I have a question")),
        (Thread.Kind.PROPOSAL, _("I propose something")),
        (Thread.Kind.CORRECTION, _("Something on this portal is wrong")),
        (Thread.Kind.EXTRA_REQUIREMENT, _("An office asked me for more than the portal says")),
    )

    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=KINDS,
        initial=Thread.Kind.QUESTION,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is."), "invalid_choice": _("Choose one of these four.")},
    )
    title = PlainLineField(
        label=_("In one line"),
        help_text=_("For example: Do I need a land-use licence to sell food from home?"),
        longest=Thread._meta.get_field("title").max_length,
        error_messages={"required": _("Write in one line what it is about.")},
    )
    body = PlainTextField(
        label=_("Your text"),
        help_text=_("It will be public. Leave out telephone numbers, addresses and whatever is private."),
        longest=Post.MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": _("Write your text.")},
    )
    author_name = PlainLineField(
        label=_("Your name (optional)"),
        help_text=_("It will be public. Without it your text appears as “Anonymous”."),
        longest=Post._meta.get_field("author_name").max_length,
        required=False,
    )
    # A trap: people don't see it, programs that fill in every field do.
    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def clean_website(self):
        if self.cleaned_data["website"]:
            raise ValidationError(_("This field was filled in, as programs do. Empty it and send again."))
        return ""

    def clean(self):
        if Thread.objects.pending().count() >= settings.DIALOGUE_PENDING_MAX:
            raise ValidationError(
                _("Many texts wait to be read and we can't take more right now. Yours is below: try again later.")
            )
        return super().clean()

    @property
    def content(self):
        """What `actions.open_thread` takes of a valid form."""
        return {name: self.cleaned_data[name] for name in ("kind", "title", "body", "author_name")}


def choice_by(key, queryset):
    return forms.ModelChoiceField(queryset, to_field_name=key, required=False)


class TargetForm(forms.Form):
    """What a new thread is about, from its page's address: `?tramite=<slug>`, `?apoyo=<slug>`, `?compromiso=<code>`."""

    tramite = choice_by("slug", Procedure.objects.filter(versions__state=VersionState.PUBLISHED))
    apoyo = choice_by("slug", Program.objects.filter(versions__state=VersionState.PUBLISHED))
    compromiso = choice_by("code", Commitment.objects.all())

    COLUMNS = {"tramite": "procedure", "apoyo": "program", "compromiso": "commitment"}

    @cached_property
    def target(self):
        """`{"procedure": Procedure}`, or another of the three; `{}` for none. Of several the first counts."""
        self.is_valid()
        found = ((column, self.cleaned_data.get(name)) for name, column in self.COLUMNS.items())
        return dict([(column, row) for column, row in found if row][:1])

    @property
    def unknown(self):
        """Values in the address that name nothing."""
        return [self.data.get(name) for name in self.COLUMNS if name in self.errors]

"""What the change log keeps. Every table is kept unless it stands here with a reason; a new one is kept by itself."""

from django.apps import apps
from django.db import models

# Tables, or whole apps, that are not kept.
NOT_KEPT = {
    "procedures.trailline": "It is the log.",
    "procedures.reviewnote": "A log itself, frozen; the same words are kept with the move.",
    "procedures.importrow": "The report of a dry run; what the import changed is kept record by record.",
    "procedures.linkcheck": "What the program found of an address, every day anew.",
    "procedures.loadedrecord": "What the loader remembers; nobody edits it.",
    "procedures.translatedtext": "A memory by text, with who made it; the texts are kept with their records.",
    "brochure.editionitem": "Composed by the program and frozen with its edition, which is kept.",
    "brochure.editionfile": "Rendered by the program and frozen with its edition, which is kept.",
    "brochure.rendering": "How far the worker is; gone when it is done.",
    "brochure.downloadcount": "Counted by the program.",
    "brochure.printedrecord": "Taken from what is printed and frozen.",
    "brochure.printing": "Kept by the program while an edition is drawn and frozen with it.",
    "brochure.ledgerentry": "Computed by the program and frozen with its edition, which is kept.",
    "procedures.tally": "A figure that the program counts again and again.",
    "portal.emptysearch": "Counted by the program; who settled one stands in the row.",
    "portal.searchentry": "A copy that can be made again.",
    "portal.searchword": "A copy that can be made again.",
    "admin.logentry": "The words of a move; they are kept with the record they are about.",
    "auth.permission": "Made by migrations; who holds which is kept.",
    "otp_static.statictoken": "Nothing but secrets; that they were made is kept with their device.",
    "axes": "Failed sign-ins, with addresses of people; they delete themselves.",
    "sessions": "Secrets of people who are signed in.",
    "contenttypes": "Django's own list of tables.",
    "django_tasks_database": "The worker's own list of what it did.",
}

# Columns of which the log keeps that they changed and never what they say: secrets, and what citizens wrote of
# themselves, which must be removable while the log is frozen.
HIDDEN = {
    "auth.user": {"password"},
    "otp_totp.totpdevice": {"key"},
}
HIDDEN_NAMES = ("password", "secret", "token", "hash", "ip_address", "user_agent", "session_")
# Tables about citizens: none of their texts and addresses is kept, columns to come included.
OF_CITIZENS = {"engagement.participant", "engagement.post", "engagement.thread"}

# Columns that machines write all the time.
THROTTLING = {"throttling_failure_timestamp", "throttling_failure_count", "last_used_at"}
NOISE = {
    "auth.user": {"last_login"},
    "procedures.staffprofile": {"digest_begun_on", "digest_done_on"},
    "otp_totp.totpdevice": {
        *THROTTLING,
        "last_t",
        "drift",
    },
    "otp_static.staticdevice": THROTTLING,
}

# The whole that a row belongs to, where it is not the one it would be deleted with.
PARENTS = {
    "procedures.reform": "instrument",
    "engagement.statusupdate": "milestone",
    "engagement.verdict": "milestone",
    "engagement.evidence": "update",
    "engagement.post": "thread",
    "engagement.officialanswer": "thread",
}

# What a row is called: alternatives, each one column or several. All other tables: the first they have of USUAL.
LABELS = {
    "auth.user": ["username"],
    "procedures.requirement": ["document", "text_es"],
    "procedures.legalcitation": ["instrument article"],
    "procedures.unitvalue": ["unit year"],
    "procedures.openinghours": ["opens closes"],
    "procedures.profilefield": ["datum"],
    "procedures.source": ["url"],
    "procedures.reform": ["instrument", "url"],
    "procedures.staffprofile": ["user"],
    "engagement.statusupdate": ["period_from period_to"],
    "engagement.verdict": ["institution"],
    "engagement.officialanswer": ["institution"],
    "brochure.edition": ["number title_es"],
}
USUAL = ("name_es", "title_es", "term_es", "label_es", "concept_es", "text_es", "username", "name", "title", "label")
USUAL += ("text", "file_name", "code", "slug", "url")


def kept_models():
    """Every model whose changes are kept, without the tables of many-to-many sets: those belong to their model."""
    return [model for model in apps.get_models() if reason_not_kept(model) is None]


def reason_not_kept(model):
    """Why the table is not kept, or None if it is."""
    if not model._meta.managed or model._meta.proxy:
        return "It has no table of its own."
    return NOT_KEPT.get(model._meta.label_lower) or NOT_KEPT.get(model._meta.app_label)


def kept_fields(model):
    """The columns that are kept: of a translated text one per language, not the virtual one without."""
    virtual = {field.translated_field.name for field in model._meta.fields if hasattr(field, "translated_field")}
    left = virtual | NOISE.get(model._meta.label_lower, set())
    return [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name not in left and not getattr(field, "auto_now", False)
    ]


def kept_sets(model):
    """The many-to-many fields whose rows hold nothing but the two ends."""
    return [field for field in model._meta.local_many_to_many if field.remote_field.through._meta.auto_created]


def is_hidden(field):
    """Whether the log says only that the column changed."""
    model = field.model._meta.label_lower
    if field.name in HIDDEN.get(model, ()) or any(name in field.name for name in HIDDEN_NAMES):
        return True
    is_text = isinstance(field, models.CharField | models.TextField | models.GenericIPAddressField)
    return model in OF_CITIZENS and is_text and not field.choices and field.name not in ("language", "state_reason")


def parents(model):
    """The foreign keys, one of which is set, to the whole that a row belongs to; empty where it is a whole itself."""
    if name := PARENTS.get(model._meta.label_lower):
        return [model._meta.get_field(name)]
    return [
        field
        for field in model._meta.concrete_fields
        if field.is_relation and field.remote_field.on_delete is models.CASCADE and is_kept(field.related_model)
    ]


def is_kept(model):
    return reason_not_kept(model) is None


def label_alternatives(model):
    """What a row is called: lists of fields that make a name together, the first that says something counts."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    usual = [name for name in USUAL if name in fields and not hidden_or_virtual(fields[name])]
    chosen = LABELS.get(model._meta.label_lower) or usual[:2]
    return [[fields[name] for name in alternative.split()] for alternative in chosen]


def hidden_or_virtual(field):
    return is_hidden(field) or f"{field.name}_es" in {other.name for other in field.model._meta.concrete_fields}

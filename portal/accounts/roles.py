"""The seven roles of the house and exactly what each may do.

A role is a group of Django's whose name is the role's key. The groups are written from this table after every
`migrate` and by `manage.py setup`: what somebody changed in them by another way is undone. Groups with other names are
the staff's own and are left alone. docs/roles.md shows what comes of it, page by page.
"""

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procedures.trail.acting import acting


def each(app, actions, models):
    """Names of permissions: `each("a", "view add", "x y")` → {"a.view_x", "a.view_y", "a.add_x", "a.add_y"}."""
    return {f"{app}.{action}_{model}" for action in actions.split() for model in models.split()}


VERSIONS = "procedureversion programversion"
IDENTITIES = "procedure program"
RECORDS = (
    "document situation businesstype question legalinstrument unitvalue institution office glossaryterm stage "
    "audience nonworkingday source referencebusiness"
)
# Rows that are edited within the page of a record and have none of their own.
RECORD_ROWS = "call choice openinghours"

# What a ficha must say before it is published, and what was found of the published ones.
DEMANDS = "legalprofile profilefield placeholder"
FINDINGS = "linkcheck reform reverification"

READ_CATALOGUE = (
    each("procedures", "view", f"{VERSIONS} {IDENTITIES} {RECORDS} {RECORD_ROWS}")
    | each("procedures", "view", f"{DEMANDS} {FINDINGS}")
    | each("brochure", "view", "ledgerentry")
)
READ_COMMITMENT = each("engagement", "view", "commitment commitmentevent milestone statusupdate evidence verdict")

EDIT = (
    READ_CATALOGUE
    | each("procedures", "add change", f"{VERSIONS} {RECORDS}")
    | each("procedures", "change", IDENTITIES)
    | each("procedures", "add change delete", RECORD_ROWS)
    | each("procedures", "import export", "catalogue")
    | each("procedures", "add", "reform")
    | each("procedures", "view", "translatedtext")
    | each("portal", "view change", "emptysearch")
)
REVIEW = (
    READ_CATALOGUE
    | each("procedures", "review", VERSIONS)
    | each("procedures", "change", "reverification")
    | each("procedures", "view", "translatedtext")
)
PUBLISH = (
    READ_CATALOGUE
    | each("procedures", "publish", VERSIONS)
    | each("brochure", "view add change delete publish", "edition")
)
MODERATE = each("engagement", "view moderate answer", "thread")
REPORT = (
    READ_COMMITMENT
    | each("engagement", "add change", "commitment milestone")
    | each("engagement", "add change delete", "commitmentevent")
    | each("engagement", "add", "statusupdate evidence")
    | each("procedures", "view", "translatedtext")
)
JUDGE = READ_COMMITMENT | each("engagement", "add", "verdict")
# All that the municipality does, and the accounts. Not the verdict: that is the reviewing body's own.
ADMINISTER = (
    EDIT
    | REVIEW
    | PUBLISH
    | MODERATE
    | REPORT
    | each("procedures", "delete", RECORDS)
    | each("procedures", "add change delete", DEMANDS)
    | each("auth", "view add change", "user")
    | each("auth", "view", "group")
    | each("axes", "view delete", "accessattempt")
    | each("django_tasks_database", "view", "dbtaskresult")
    | each("procedures", "view", "trailline")
)


@dataclass(frozen=True)
class Role:
    key: str  # the group's name
    label: str
    task: str  # what it is for, in a sentence
    permissions: frozenset


ROLES = {
    role.key: role
    for role in (
        Role("editor", _("Editor"), _("Writes drafts and keeps the records. Can't approve or publish."), EDIT),
        Role(
            "reviewer",
            _("Reviewer"),
            _("Approves what others wrote, also for a set time, or returns it. Can't write, nor publish at once."),
            REVIEW,
        ),
        Role(
            "publisher",
            _("Publisher"),
            _("Schedules, publishes and retires what was approved; makes the editions of the brochure."),
            PUBLISH,
        ),
        Role("moderator", _("Moderator"), _("Publishes, answers, closes and withdraws what citizens write."), MODERATE),
        Role(
            "commitment_officer",
            _("Commitment officer"),
            _("Keeps the commitment and its milestones; reports their progress with evidence."),
            REPORT,
        ),
        Role(
            "reviewing_body",
            _("Reviewing body"),
            _("Reads the commitment and gives its own verdicts. Belongs to no one of the municipality."),
            JUDGE,
        ),
        Role(
            "administrator",
            _("Administrator"),
            _("Everything but verdicts, and the accounts. Nobody reviews what he wrote himself, not even here."),
            ADMINISTER,
        ),
    )
}

# What the last part of a permission's name says it allows; records are named by their model.
ACTIONS = {
    "view": _("see: %(records)s"),
    "add": _("add: %(records)s"),
    "change": _("change: %(records)s"),
    "delete": _("delete: %(records)s"),
    "review": _("approve or return: %(records)s"),
    "publish": _("publish, schedule or retire: %(records)s"),
    "moderate": _("publish, close or withdraw: %(records)s"),
    "answer": _("answer officially: %(records)s"),
    "import": _("import tables"),
    "export": _("export tables"),
}


def write_roles(**signal):
    """Makes the groups of the house what the table says. Writes only what differs.

    A permission that isn't there is passed over: `migrate` may be on its way to an older state. A test holds that
    today's are all there.
    """
    ids = {
        f"{app}.{code}": pk for app, code, pk in _permissions().values_list("content_type__app_label", "codename", "pk")
    }
    for role in ROLES.values():
        is_new = not Group.objects.filter(name=role.key).exists()
        with acting(loading=is_new):
            group, _created = Group.objects.get_or_create(name=role.key)
            group.permissions.set([ids[name] for name in role.permissions if name in ids])


def _permissions():
    return Permission.objects.order_by("content_type__app_label", "content_type__model", "codename")


def permission_label(name):
    """ "procedures.review_procedureversion" → what it allows, in the words of the reader."""
    app, codename = name.split(".")
    action, _underscore, _model = codename.partition("_")
    permission = (
        Permission.objects.select_related("content_type").filter(content_type__app_label=app, codename=codename).first()
    )
    if permission is None or action not in ACTIONS:
        return permission.name if permission else codename
    model = permission.content_type.model_class()
    return ACTIONS[action] % {"records": model._meta.verbose_name_plural if model else permission.content_type.model}


def roles_with(permission):
    """The roles that hold the permission, in the order of the table."""
    return [role for role in ROLES.values() if permission in role.permissions]


def roles_of(user):
    """The roles of a person, in the order of the table."""
    held = set(user.groups.values_list("name", flat=True))
    return [role for role in ROLES.values() if role.key in held]


def group_label(group):
    """The role's name in the reader's language; that of any other group as it was given."""
    return ROLES[group.name].label if group.name in ROLES else group.name


def administrators():
    """Those who can change what others may do, by name."""
    may = Q(is_superuser=True) | Q(groups__name="administrator")
    return get_user_model().objects.filter(may, is_active=True, is_staff=True).distinct().order_by("username")

# ruff: noqa: S608 - SQL out of names of our own tables and columns
"""What the database itself refuses of a version's life: moves that skip a step, and changes of what was approved.

`seal()` declares the triggers (`procedures.frozen` makes them). A version's content, its lists and its sets are sealed
while it is in review and for ever once it was approved: whoever wants it otherwise makes a new version. What is known
of its truth (assurance, dates of verification, the internal note) may change: a reform of the law makes a published
ficha doubtful without a new version of it.
"""

from procedures import frozen

# From each state the ones that may follow.
NEXT = {
    "draft": ("in_review",),
    "in_review": ("draft", "approved"),
    "approved": ("draft", "published"),
    "published": ("retired",),
}
IS_SEALED = "({row}.state = 'in_review' OR ({row}.state <> 'draft' AND {row}.approved_at IS NOT NULL))"

# What of a version, or of a row in one of its lists, is no content.
STANDING = {
    "state",
    "author",
    "writers",
    "reviewer",
    "change_note",
    "review_note",
    "created_at",
    "submitted_at",
    "approved_at",
    "publish_at",
    "published_at",
    "retired_at",
    "assurance",
    "verified_on",
    "verified_by",
    "check_by",
    "staff_note",
}


def seal():
    """Declares the triggers for both kinds of version, the rows of their lists, and the sets of both."""
    from procedures.models import PreviewLink, ProcedureVersion, ProgramVersion, Reform, Reverification, ReviewNote

    for version in (ProcedureVersion, ProgramVersion):
        protect_moves(version)
        protect_content(version)
        for name in version.CHILDREN:
            protect_list(version, version._meta.get_field(name).related_model)
    frozen.protect(ReviewNote, name="review_note_frozen", on=("UPDATE",))
    frozen.protect(Reform, name="reform_frozen", on=("UPDATE",))
    frozen.protect(Reverification, name="reverification_settled", when="OLD.settled_at IS NOT NULL", on=("UPDATE",))
    frozen.protect(PreviewLink, name="preview_link_revoked", when="OLD.revoked_at IS NOT NULL", on=("UPDATE",))


def protect_moves(version):
    name, writers = version._meta.model_name, version.writers.through._meta.db_table
    legal = " OR ".join(
        f"(OLD.state = '{old}' AND NEW.state = '{new}')" for old, following in NEXT.items() for new in following
    )
    wrote_it = f"SELECT 1 FROM {writers} w WHERE w.{name}_id = NEW.id AND w.user_id = NEW.reviewer_id"
    rules = {
        "skips_no_step": f"OLD.state <> NEW.state AND NOT ({legal})",
        "approved_by_another": (
            f"OLD.state = 'in_review' AND NEW.state = 'approved' AND (NEW.reviewer_id IS NULL OR EXISTS ({wrote_it}))"
        ),
        # Nor do people change places afterwards, so that who wrote it would be who approved it.
        "keeps_its_author": (
            f"{differ('author_id')} AND (NEW.author_id IS NULL OR OLD.state <> 'draft' OR NEW.state <> 'draft')"
        ),
        "keeps_its_reviewer": (
            f"{differ('reviewer_id')} AND NOT (NEW.state = 'draft' OR (OLD.state = 'in_review' "
            "AND NEW.state = 'approved'))"
        ),
        "keeps_its_approval": f"OLD.approved_at IS NOT NULL AND {differ('approved_at')} AND NEW.state <> 'draft'",
    }
    for rule, when in rules.items():
        frozen.protect(version, name=f"{name}_{rule}", when=when, on=("UPDATE",))
    # Only what the fixtures load begins published, and that has no author.
    skipped = (
        "(NEW.state IN ('approved', 'published') AND NEW.author_id <> NEW.reviewer_id) "
        "OR (NEW.state = 'retired' AND NEW.author_id IS NOT NULL)"
    )
    frozen.protect(version, name=f"{name}_begins_as_draft", when=skipped, on=("INSERT",))


def protect_content(version):
    name, sealed = version._meta.model_name, IS_SEALED.format(row="OLD")
    frozen.protect(version, name=f"{name}_sealed", when=f"{sealed} AND {differ(*columns(version))}", on=("UPDATE",))
    frozen.protect(version, name=f"{name}_kept", when=sealed, on=("DELETE",))
    of_sealed = f"EXISTS (SELECT 1 FROM {version._meta.db_table} v WHERE v.id = {{row}}.{name}_id AND {{sealed}})"
    protect_sets(version, of_sealed)


def protect_list(version, part):
    """The rows of one of the version's lists: in a sealed version none is added, changed or taken away."""
    name, versions = part._meta.model_name, version._meta.db_table
    of_sealed = f"EXISTS (SELECT 1 FROM {versions} v WHERE v.id = {{row}}.version_id AND {{sealed}})"
    protect_rows(part, name, of_sealed, f" AND {differ(*columns(part))}")
    protect_sets(
        part,
        f"EXISTS (SELECT 1 FROM {part._meta.db_table} p JOIN {versions} v ON v.id = p.version_id "
        f"WHERE p.id = {{row}}.{name}_id AND {{sealed}})",
    )


def protect_sets(model, of_sealed):
    for field in model._meta.many_to_many:
        if field.name not in STANDING:
            protect_rows(field.remote_field.through, f"{model._meta.model_name}_{field.name}", of_sealed)


def protect_rows(model, name, of_sealed, changed=""):
    """
    Args:
        of_sealed: SQL that is true for a `{row}` of a version that is `{sealed}`.
        changed: SQL that makes an UPDATE one that counts.
    """
    old, new = (of_sealed.format(row=row, sealed=IS_SEALED.format(row="v")) for row in ("OLD", "NEW"))
    frozen.protect(model, name=f"{name}_added", when=new, on=("INSERT",))
    frozen.protect(model, name=f"{name}_changed", when=f"({old} OR {new}){changed}", on=("UPDATE",))
    frozen.protect(model, name=f"{name}_deleted", when=old, on=("DELETE",))


def columns(model):
    """The columns that hold content: not the ones named in STANDING, and of a translated text the languages' own."""
    translated = {field.translated_field.name for field in model._meta.fields if hasattr(field, "translated_field")}
    return [
        field.column
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name not in STANDING | translated
    ]


def differ(*columns):
    """SQL that is true where OLD and NEW have different values in one of the columns; NULL is a value like others."""
    return "({})".format(
        " OR ".join(f"OLD.{name} <> NEW.{name} OR (OLD.{name} IS NULL) <> (NEW.{name} IS NULL)" for name in columns)
    )

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from procedures import frozen
from procedures.sealed import differ

IN_PUBLISHED_EDITION = (
    "EXISTS (SELECT 1 FROM brochure_edition WHERE id = {row}.edition_id AND published_at IS NOT NULL)"
)


class BrochureConfig(AppConfig):
    name = "brochure"
    verbose_name = _("Brochure")

    def ready(self):
        """A published edition never changes, nor does what it holds or its ledger: the database itself refuses.

        It may be withdrawn, once.
        """
        from brochure import translation  # noqa: F401 - adds the languages' columns, which are frozen too
        from brochure.models import Edition, EditionFile, EditionItem, LedgerEntry, PrintedRecord, Printing

        frozen.protect(Edition, name="edition_frozen", when=changes_published(Edition), on=("UPDATE",))
        frozen.protect(Edition, name="edition_kept", when="OLD.published_at IS NOT NULL", on=("DELETE",))
        for model, name in ((EditionItem, "edition_item"), (EditionFile, "edition_file"), (Printing, "printing")):
            old, new = IN_PUBLISHED_EDITION.format(row="OLD"), IN_PUBLISHED_EDITION.format(row="NEW")
            frozen.protect(model, name=f"{name}_added", when=new, on=("INSERT",))
            frozen.protect(model, name=f"{name}_changed", when=f"{old} OR {new}", on=("UPDATE",))
            frozen.protect(model, name=f"{name}_deleted", when=old, on=("DELETE",))
        frozen.protect(LedgerEntry, name="ledger_entry_frozen")
        frozen.protect(PrintedRecord, name="printed_record_frozen")


def changes_published(model):
    """SQL that is true when a published edition would change in anything but being withdrawn for the first time."""
    columns = [field.column for field in model._meta.concrete_fields if not field.name.startswith("withdraw")]
    is_no_first_withdrawal = "OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL"
    return f"OLD.published_at IS NOT NULL AND ({is_no_first_withdrawal} OR {differ(*columns)})"

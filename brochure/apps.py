from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from procedures import frozen

IN_PUBLISHED_EDITION = (
    "EXISTS (SELECT 1 FROM brochure_edition WHERE id = {row}.edition_id AND published_at IS NOT NULL)"
)


class BrochureConfig(AppConfig):
    name = "brochure"
    verbose_name = _("Brochure")

    def ready(self):
        """A published edition never changes, nor does what it holds or its ledger: the database itself refuses."""
        from brochure.models import Edition, EditionFile, EditionItem, LedgerEntry

        frozen.protect(Edition, name="edition_frozen", when="OLD.published_at IS NOT NULL")
        for model, name in ((EditionItem, "edition_item"), (EditionFile, "edition_file")):
            old, new = IN_PUBLISHED_EDITION.format(row="OLD"), IN_PUBLISHED_EDITION.format(row="NEW")
            frozen.protect(model, name=f"{name}_added", when=new, on=("INSERT",))
            frozen.protect(model, name=f"{name}_changed", when=f"{old} OR {new}", on=("UPDATE",))
            frozen.protect(model, name=f"{name}_deleted", when=old, on=("DELETE",))
        frozen.protect(LedgerEntry, name="ledger_entry_frozen")

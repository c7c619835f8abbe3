from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procedures.models.versions import VersionState


class DocumentQuerySet(models.QuerySet):
    def with_issuers(self):
        """Each document carries `issuers`: published versions of the procedures whose result it is, for links."""
        from procedures.models.procedures import ProcedureVersion

        issuing = ProcedureVersion.objects.published().select_related("procedure")
        return self.prefetch_related(models.Prefetch("issuing_versions", issuing, to_attr="issuers"))

    def asked_for(self):
        """Documents that at least one published procedure asks for."""
        return self.filter(requirements__version__state=VersionState.PUBLISHED).distinct()


class Document(models.Model):
    """What a person brings to a procedure or receives from it: one row wherever it is asked for.

    Who issues it is not written here: a procedure's version names the documents it results in
    (`ProcedureVersion.results`), and that link is the only source of order between procedures.
    """

    class Kind(models.TextChoices):
        IDENTITY = "identity", _("identity")
        PROOF = "proof", _("proof")
        FORM = "form", _("form")
        PLAN = "plan", _("plan or drawing")
        STUDY = "study", _("study or report")
        RECEIPT = "receipt", _("receipt")
        PERMIT = "permit", _("permit, licence or registration")
        DEED = "deed", _("deed or contract")
        ACCOUNT = "account", _("account or device")
        OTHER = "other", _("other")

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.OTHER)
    how_to_get = models.TextField(_("how to get it"), blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["slug"]

    def __str__(self):
        return self.name or self.slug

    def get_absolute_url(self):
        """The procedures that ask for this document."""
        return f"{reverse('procedures:list')}?documento={self.slug}"

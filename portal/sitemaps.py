"""Every public address, in both languages."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import GenericSitemap, Sitemap
from django.urls import reverse

from brochure.models import Edition
from engagement.models import Commitment, Milestone, Thread
from procedures.models import Institution, ProcedureVersion, ProgramVersion, ReferenceBusiness


class PortalSitemap(Sitemap):
    """Addresses under PORTAL_URL, whatever name the request came by."""

    i18n = True
    alternates = True
    x_default = True
    protocol = urlsplit(settings.PORTAL_URL).scheme

    def get_domain(self, site=None):
        return urlsplit(settings.PORTAL_URL).netloc


class PageSitemap(PortalSitemap):
    def items(self):
        return [
            "portal:home",
            "procedures:list",
            "procedures:programs",
            "procedures:institutions",
            "procedures:glossary",
            "brochure:editions",
            "brochure:ledger",
            "engagement:threads",
            "engagement:new_thread",
            "engagement:commitments",
            "procedures:guide",
            "portal:data",
            "portal:about",
            "portal:privacy",
            "portal:accessibility",
        ]

    def location(self, item):
        return reverse(item)


class RecordSitemap(PortalSitemap, GenericSitemap):
    """The pages of the records of a queryset, dated where they have a date."""


class LedgerSitemap(PortalSitemap):
    """The page of each reference business that was ever recorded."""

    def items(self):
        recorded = ReferenceBusiness.objects.filter(ledger__isnull=False).distinct()
        return list(recorded.values_list("slug", flat=True))

    def location(self, slug):
        return reverse("brochure:ledger_business", args=[slug])


def records(queryset, changed=None):
    return RecordSitemap({"queryset": queryset, "date_field": changed})


SITEMAPS = {
    "pages": PageSitemap,
    "procedures": records(ProcedureVersion.objects.published().select_related("procedure"), "published_at"),
    "programs": records(ProgramVersion.objects.published().select_related("program"), "published_at"),
    "institutions": records(Institution.objects.all()),
    "commitments": records(Commitment.objects.all()),
    "milestones": records(Milestone.objects.select_related("commitment")),
    "threads": records(Thread.objects.public(), "published_at"),
    "ledger": LedgerSitemap,
    "editions": records(Edition.objects.offered(), "published_at"),
}

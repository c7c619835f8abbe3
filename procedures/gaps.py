"""What a record does not say and a reader would want to know: said on its page instead of left out.

Pure functions of a record; they read only what `for_page()` has loaded.
"""

from django.utils.translation import gettext as _

from procedures.models import Assurance, Fee, ProcedureVersion, ProgramVersion


def procedure_gaps(version):
    """Words for what is not known of a ProcedureVersion, in the order of its page; empty if nothing is missing."""
    fees = list(version.fees.all())
    results = list(version.results.all())
    gaps = {
        _("Who needs it"): not version.who and not version.has_conditions,
        _("What you have to bring or meet"): not version.requirements.all(),
        _("What the steps are"): not version.steps.all(),
        _("How much it costs"): not fees or all(fee.kind == Fee.Kind.UNKNOWN for fee in fees),
        _("Part of what it costs"): 0 < sum(fee.kind == Fee.Kind.UNKNOWN for fee in fees) < len(fees),
        _("Whether the amounts are in force"): any(is_unsure(fee) for fee in fees),
        _("How long the answer takes"): version.response_value is None,
        _("What it means if the authority doesn't answer"): version.silence == ProcedureVersion.Silence.UNKNOWN,
        _("At which office it is done"): not version.offices.all() and not version.is_only_online,
        _("Whether it can be done online, in person or by phone"): not version.channels,
        _("Which document you receive"): not results and not version.result_note,
        _("How long the result is valid"): version.validity_value is None and not version.validity_text,
        _("What you can do if it is refused"): not version.redress,
        _("Which law or regulation it rests on"): not version.citations.all(),
    }
    return [words for words, is_missing in gaps.items() if is_missing]


def is_unsure(fee):
    """An amount is stated, but nobody confirmed it."""
    return fee.kind in Fee.PAID and fee.assurance != Assurance.CONFIRMED


def program_gaps(version):
    """Words for what is not known of a ProgramVersion with its `status`, in the order of its page."""
    has_amount = version.amount_minimum is not None or version.amount_maximum is not None
    is_money = version.kind in (ProgramVersion.Kind.CREDIT, ProgramVersion.Kind.GRANT)
    contact = (version.contact_office, version.contact_phones, version.offices.all(), version.place, version.online_url)
    gaps = {
        _("Whether it takes applications now"): version.status in ("undecided", "unknown"),
        _("What it gives"): not version.benefits,
        _("How much money it gives"): is_money and not has_amount and not version.amount_note,
        _("Who it is for"): not version.who and not version.audiences.all(),
        _("How to apply"): not version.how_to_apply,
        _("Which documents it asks for"): not version.documents.all(),
        _("Where to ask"): not any(contact),
    }
    return [words for words, is_missing in gaps.items() if is_missing]

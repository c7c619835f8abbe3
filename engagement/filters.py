"""What a reader may ask of the dialogue, in the address: `?estado=respondida&tramite=licencia-uso-de-suelo`."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from engagement.models import Commitment, Thread
from procedures.filters import ListFilter, WordFilter
from procedures.models import Procedure, Program

STATES = {
    "en-espera": (Thread.State.OPEN, _("Waiting for an answer")),
    "respondida": (Thread.State.ANSWERED, _("Answered")),
    "cerrada": (Thread.State.CLOSED, _("Closed")),
}
KINDS = {
    "pregunta": (Thread.Kind.QUESTION, _("Question")),
    "propuesta": (Thread.Kind.PROPOSAL, _("Proposal")),
    "correccion": (Thread.Kind.CORRECTION, _("Correction")),
    "requisito-de-mas": (Thread.Kind.EXTRA_REQUIREMENT, _("Extra requirement")),
}


class TargetFilter(django_filters.ModelChoiceFilter):
    """Threads about one thing. It comes from a link on that thing's page, so the form only carries it along."""

    def __init__(self, column, key, queryset, **kwargs):
        self.column = column
        super().__init__(field_name=column, to_field_name=key, queryset=queryset, widget=forms.HiddenInput, **kwargs)

    def words_for(self, row):
        return str(Thread(**{self.column: row}).target or row)


class ThreadFilter(ListFilter):
    estado = WordFilter(STATES, field_name="state", label=_("Answered or not"))
    tipo = WordFilter(KINDS, field_name="kind", label=_("Kind"))
    tramite = TargetFilter("procedure", "slug", Procedure.objects.all(), label=_("About the procedure"))
    apoyo = TargetFilter("program", "slug", Program.objects.all(), label=_("About the support"))
    compromiso = TargetFilter("commitment", "code", Commitment.objects.all(), label=_("About the commitment"))

    class Meta:
        model = Thread
        fields = []

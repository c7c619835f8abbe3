"""Which records are public, and what each of them says in the active language."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Model, Prefetch, QuerySet
from django.urls import reverse

from brochure.models import Edition
from engagement.models import (
    Commitment,
    CommitmentEvent,
    Evidence,
    Milestone,
    OfficialAnswer,
    Post,
    StatusUpdate,
    Thread,
    Verdict,
)
from portal.models import SearchEntry
from procedures.models import (
    BusinessType,
    Call,
    Document,
    Fee,
    GlossaryTerm,
    Institution,
    LegalCitation,
    LegalInstrument,
    Office,
    Procedure,
    ProcedureVersion,
    Program,
    ProgramVersion,
    Requirement,
    Step,
)

Kind = SearchEntry.Kind


@dataclass(frozen=True)
class Content:
    """What one record says in one language. Texts may be empty and may have several lines."""

    summary: str = ""
    code: str = ""  # an acronym or number that people use as a title
    keywords: list = field(default_factory=list)  # other names: weigh more than the passages
    passages: list = field(default_factory=list)
    level: str = ""
    institution: str = ""


@dataclass(frozen=True)
class Source:
    """One kind of record.

    `rows` are the public ones, with all that `read` needs. `key` is the attribute that stays when a row is replaced
    by another (a version by the next). `parts` says which other records' changes change the text: their model and
    the way to them from a row.
    """

    kind: Kind
    model: type[Model]
    rows: Callable[[], QuerySet]
    read: Callable[[Model], Content]
    title: str = "name"
    key: str = "pk"
    address: Callable[[Model], str] = lambda row: row.get_absolute_url()
    parts: tuple[tuple[type[Model], str], ...] = ()


def names_of(institution):
    return [institution.name, institution.acronym] if institution else []


def read_procedure(version):
    requirements = version.requirements.all()
    steps = version.steps.all()
    fees = version.fees.all()
    citations = version.citations.all()
    return Content(
        summary=version.purpose,
        code=version.procedure.homoclave,
        keywords=[document.name for document in version.results.all()],
        passages=[
            version.who,
            version.cases,
            *(str(requirement) for requirement in requirements),
            *(requirement.note for requirement in requirements),
            *(step.title for step in steps),
            *(step.text for step in steps),
            *(fee.concept for fee in fees),
            *(fee.note for fee in fees),
            version.response_text,
            version.validity_text,
            version.result_note,
            version.redress,
            version.inspection,
            version.good_to_know,
            *(str(citation) for citation in citations),
            *(office.name for office in version.offices.all()),
            version.provider,
            *names_of(version.institution),
        ],
        level=version.level,
        institution=version.institution.short_name if version.institution else version.provider,
    )


def read_program(version):
    return Content(
        summary=version.who or version.benefits,
        keywords=[
            version.get_kind_display(),
            *(audience.name for audience in version.audiences.all()),
        ],
        passages=[
            version.benefits,
            version.amount_note,
            version.how_to_apply,
            version.place,
            version.good_to_know,
            *(call.label for call in version.program.calls.all()),
            *(document.name for document in version.documents.all()),
            *(office.name for office in version.offices.all()),
            *names_of(version.institution),
            *names_of(version.operator),
            *(partner.name for partner in version.partners.all()),
        ],
        level=version.level,
        institution=version.institution.short_name,
    )


def read_business_type(giro):
    return Content(
        summary=", ".join(giro.synonyms.splitlines()),
        code=giro.scian_code,
        keywords=[giro.synonyms, giro.scian_title],
    )


def read_institution(institution):
    return Content(
        summary=institution.role,
        code=institution.acronym,
        passages=[institution.parent.name] if institution.parent else [],
        level=institution.level,
        institution=institution.parent.short_name if institution.parent else "",
    )


def read_office(office):
    return Content(
        summary=", ".join(filter(None, [office.unit, office.address, office.neighborhood])),
        passages=[*names_of(office.institution), office.hours_note, office.note],
        level=office.institution.level,
        institution=office.institution.short_name,
    )


def read_document(document):
    return Content(
        summary=document.how_to_get,
        keywords=[document.get_kind_display()],
        passages=[version.name for version in document.issuers],
    )


def read_term(term):
    return Content(summary=term.definition, keywords=[term.aliases])


def read_commitment(commitment):
    events = commitment.events.all()
    return Content(
        summary=commitment.problem,
        code=commitment.code,
        keywords=[commitment.network],
        passages=[
            commitment.plan,
            commitment.actions,
            commitment.policy_area,
            commitment.ogp_values,
            commitment.other_participants,
            commitment.status_note,
            *(event.text for event in events),
            *(event.note for event in events),
            *(institution.name for institution in commitment.institutions.all()),
        ],
    )


def read_milestone(milestone):
    updates = milestone.updates.all()
    return Content(
        passages=[
            *(update.progress for update in updates),
            *(update.obstacles for update in updates),
            *(evidence.title for update in updates for evidence in update.evidence.all()),
            *(verdict.reasons for verdict in milestone.verdicts.all()),
            *(institution.name for institution in milestone.responsible.all()),
            milestone.commitment.code,
        ],
    )


def read_thread(thread):
    bodies = [post.body for post in thread.published_posts]
    answers = [answer.body for answer in thread.answers.all()]
    return Content(
        summary=bodies[0] if bodies else "",
        keywords=[thread.get_kind_display()],
        passages=[*bodies[1:], *answers],
    )


def read_edition(edition):
    return Content(code=str(edition.number), keywords=[edition.get_kind_display()])


def published_procedures():
    return ProcedureVersion.objects.published().for_page()


def published_programs():
    return (
        ProgramVersion.objects.published()
        .select_related("program", "institution", "operator")
        .prefetch_related("audiences", "program__calls", "documents", "partners", "offices")
    )


def searchable_threads():
    # A withdrawn thread keeps its address with a notice; its words are no longer to be found.
    published = Post.objects.filter(state=Post.State.PUBLISHED)
    return (
        Thread.objects.public()
        .exclude(state=Thread.State.WITHDRAWN)
        .prefetch_related("answers", Prefetch("posts", published, to_attr="published_posts"))
    )


SOURCES = [
    Source(
        Kind.PROCEDURE,
        ProcedureVersion,
        published_procedures,
        read_procedure,
        key="procedure_id",
        parts=(
            (Procedure, "procedure"),
            (Requirement, "requirements"),
            (Step, "steps"),
            (Fee, "fees"),
            (LegalCitation, "citations"),
            (LegalInstrument, "citations__instrument"),
            (Institution, "institution"),
            (Office, "offices"),
            (Document, "requirements__document"),
            (Document, "results"),
        ),
    ),
    Source(
        Kind.PROGRAM,
        ProgramVersion,
        published_programs,
        read_program,
        key="program_id",
        parts=(
            (Program, "program"),
            (Call, "program__calls"),
            (Institution, "institution"),
            (Document, "documents"),
        ),
    ),
    Source(
        Kind.BUSINESS_TYPE,
        BusinessType,
        BusinessType.objects.all,
        read_business_type,
        address=lambda giro: f"{reverse('procedures:guide')}?giro={giro.slug}",
    ),
    Source(
        Kind.INSTITUTION,
        Institution,
        lambda: Institution.objects.select_related("parent"),
        read_institution,
        parts=((Institution, "parent"),),
    ),
    Source(
        Kind.OFFICE,
        Office,
        lambda: Office.objects.select_related("institution"),
        read_office,
        parts=((Institution, "institution"),),
    ),
    Source(
        Kind.DOCUMENT,
        Document,
        lambda: Document.objects.asked_for().with_issuers(),
        read_document,
        parts=(
            (ProcedureVersion, "requirements__version"),
            (Requirement, "requirements"),
        ),
    ),
    Source(Kind.TERM, GlossaryTerm, GlossaryTerm.objects.all, read_term, title="term"),
    Source(
        Kind.COMMITMENT,
        Commitment,
        lambda: Commitment.objects.prefetch_related("events", "institutions"),
        read_commitment,
        title="title",
        parts=((CommitmentEvent, "events"),),
    ),
    Source(
        Kind.MILESTONE,
        Milestone,
        lambda: Milestone.objects.for_page().select_related("commitment"),
        read_milestone,
        title="title",
        parts=(
            (StatusUpdate, "updates"),
            (Evidence, "updates__evidence"),
            (Verdict, "verdicts"),
        ),
    ),
    Source(
        Kind.THREAD,
        Thread,
        searchable_threads,
        read_thread,
        title="title",
        parts=(
            (Post, "posts"),
            (OfficialAnswer, "answers"),
        ),
    ),
    Source(Kind.EDITION, Edition, Edition.objects.offered, read_edition, title="title"),
]

"""The real records: they all arrive, in both languages, once."""

import itertools
import shutil

import pytest
from django.conf import settings
from modeltranslation.translator import translator

from engagement.models import Commitment, Milestone, StatusUpdate
from procedures import models
from procedures.loading import FixtureError, load_catalogue
from tests.factories import rewrite

FIXTURES = settings.BASE_DIR / "fixtures"

EXPECTED = {
    models.Institution: 43,
    models.Office: 21,
    models.Procedure: 43,
    models.ProcedureVersion: 43,
    models.Program: 24,
    models.ProgramVersion: 24,
    models.GlossaryTerm: 36,
    models.UnitValue: 10,
    models.BusinessType: 60,
    models.ReferenceBusiness: 10,
    Commitment: 1,
    Milestone: 3,
}


@pytest.mark.parametrize("model", EXPECTED, ids=lambda model: model.__name__)
def test_loading_brings_every_record(db, model):
    assert model.objects.count() == EXPECTED[model]


def test_loading_claims_no_milestone_status(db):
    assert not StatusUpdate.objects.exists()


def test_every_record_is_published_and_sourced_or_says_it_is_unverified(db):
    versions = [*models.ProcedureVersion.objects.published(), *models.ProgramVersion.objects.published()]
    unsourced = [version for version in versions if not version.sources.exists()]
    assert len(versions) == 67
    assert {version.assurance for version in unsourced} <= {models.Assurance.UNVERIFIED}


@pytest.mark.django_db
def test_every_text_is_there_in_both_languages():
    pairs, missing = 0, []
    for model in translator.get_registered_models(abstract=False):
        fields = translator.get_options_for_model(model).get_field_names()
        for row in model.objects.all():
            for field in fields:
                pairs += 1
                # Aliases are forms of each language's own: one may need none.
                if field != "aliases" and bool(getattr(row, f"{field}_es")) != bool(getattr(row, f"{field}_en")):
                    missing.append((row, field))
    assert missing == []
    assert pairs > 1900


def test_a_document_is_one_row_wherever_it_is_asked_for(db):
    identification = models.Document.objects.get(slug="identificacion-oficial")
    asking = models.ProcedureVersion.objects.published().filter(requirements__document=identification).distinct()
    assert asking.count() >= 4


def test_the_company_chain_comes_out_of_documents_and_their_issuers(db):
    """RFC → e.firma → name → deed → registry: each asks for what the one before results in."""
    chain = [
        "inscripcion-rfc-persona-fisica",
        "e-firma-persona-fisica",
        "autorizacion-denominacion",
        "acta-constitutiva",
        "inscripcion-registro-publico-comercio",
    ]
    for earlier, later in itertools.pairwise(chain):
        links = models.Document.objects.filter(
            issuing_versions__procedure__slug=earlier, requirements__version__procedure__slug=later
        )
        assert links.exists(), f"{later} asks for nothing that {earlier} results in"


def test_no_circle_of_documents(db):
    needs = {}
    for version in models.ProcedureVersion.objects.published():
        issuers = models.Procedure.objects.filter(
            versions__state="published", versions__results__requirements__version=version
        )
        needs[version.procedure_id] = set(issuers.values_list("pk", flat=True))
    while ready := {procedure for procedure, before in needs.items() if not before & needs.keys()}:
        needs = {procedure: before for procedure, before in needs.items() if procedure not in ready}
    assert needs == {}


def test_loading_again_keeps_what_staff_edited(db):
    rewrite("sare-apertura-rapida", purpose_es="Lo que escribió el personal.")
    loader = load_catalogue(FIXTURES)
    version = models.ProcedureVersion.objects.get(procedure__slug="sare-apertura-rapida")
    assert version.purpose_es == "Lo que escribió el personal."
    assert loader.created.total() == 0


def test_loading_again_does_not_bring_back_what_staff_deleted(db):
    models.GlossaryTerm.objects.get(slug="sare").delete()
    load_catalogue(FIXTURES)
    assert not models.GlossaryTerm.objects.filter(slug="sare").exists()


def test_a_fixture_that_changed_since_is_reported_and_not_applied(db, tmp_path):
    folder = shutil.copytree(FIXTURES, tmp_path / "fixtures")
    stages = folder / "stages.yaml"
    stages.write_text(stages.read_text().replace("Planear", "Otra cosa"))
    loader = load_catalogue(folder)
    assert loader.changed_since == ["stages/planear"]
    assert models.Stage.objects.get(slug="planear").name_es == "Planear"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("slug: nuevo\nstage: no-such-stage\nname: {es: Uno, en: One}\nlevel: municipal\n", "no-such-stage"),
        ("slug: [unclosed\n", "zz-broken.yaml"),
    ],
)
def test_a_broken_fixture_loads_nothing_and_says_where(db, tmp_path, text, message):
    folder = shutil.copytree(FIXTURES, tmp_path / "fixtures")
    (folder / "procedures" / "zz-broken.yaml").write_text(text)
    before = models.Procedure.objects.count()
    with pytest.raises(FixtureError, match=message):
        load_catalogue(folder)
    assert models.Procedure.objects.count() == before

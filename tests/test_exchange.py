"""Import and export: the round trip, the dry run, all or nothing, foreign registries."""

import io
import json

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures.actions import start_version, submit
from procedures.exchange import cells, checks, runs, writing
from procedures.exchange.mapping import Mapping
from procedures.exchange.reading import ExchangeError
from procedures.exchange.records import read_records, read_value
from procedures.exchange.tables import TABLES, columns_of, file_names, table_named
from procedures.exchange.tasks import apply_import, check_import
from procedures.models import (
    BusinessType,
    Document,
    Fee,
    Import,
    Institution,
    LegalInstrument,
    Office,
    Procedure,
    ProcedureVersion,
    Program,
    ProgramVersion,
    Requirement,
    Stage,
    Step,
    TranslatedText,
    VersionState,
)
from procedures.translations.progress import progress_of
from procedures.translations.tables import table_of
from tests.factories import make_document, make_procedure

pytestmark = pytest.mark.django_db

REGISTRY = (
    "secretaria,nombre,homoclave,dependencia,modalidad,fundamento,descripcion,costo,tardanza,requisitos,vigencia,"
    "proceso,link\r\n"
    "Secretaría A,Constancia de domicilio.,SA/1,Secretaría A,Presencial,Artículo 1~~ fracción II.,Dice dónde vives~~ "
    "nada más.,Gratuito.,3 días hábiles.,INE.||Comprobante (luz~~ agua).,30 días,Paso 1: Llenar.||Paso 2: Recoger.,"
    "constancia-domicilio\r\n"
    "Secretaría A,Permiso de obra,SA/2,Obras,Presencial y en línea,,Para construir.,Consultar,Inmediato,Plano.,"
    "Permanente,Paso 1: Pagar.,permiso-obra\r\n"
)


@pytest.fixture(autouse=True)
def data_folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def person():
    return get_user_model().objects.create_superuser("importadora")


@pytest.fixture
def mapping():
    return Mapping(
        columns={
            "secretaria": ["note"],
            "nombre": ["name_es"],
            "homoclave": ["homoclave"],
            "dependencia": ["whose"],
            "modalidad": ["channels"],
            "fundamento": ["note"],
            "descripcion": ["purpose_es"],
            "costo": ["fees"],
            "tardanza": ["response"],
            "requisitos": ["requirements"],
            "vigencia": ["validity"],
            "proceso": ["steps"],
            "link": ["key"],
        },
        replacements=[["~~", ","]],
        defaults={"stage": "operar", "level": "municipal"},
        slug_prefix="otra-",
        source_title="Registro de otra ciudad",
        source_url="https://otra.example.org/tramites",
    ).to_json()


def bring(content, person, name="archivo.csv", mapping=None):
    """A run whose dry run is made."""
    content = content.encode("utf-8-sig") if isinstance(content, str) else content
    run = runs.bring(file=io.BytesIO(content), name=name, by=person)
    run.mapping = mapping or run.mapping
    run.state = Import.State.CHECKING
    run.save()
    check_import.func(run.pk)
    run.refresh_from_db()
    return run


def confirm(run, *, only_good=False):
    run.state, run.only_good = Import.State.APPLYING, only_good
    run.save()
    apply_import.func(run.pk)
    run.refresh_from_db()
    return run


def counts(run):
    return {outcome.value: count for outcome, _words, count in run.counts if count}


def exported(form="zip"):
    file = io.BytesIO()
    writing.write_everything(file, form)
    return file.getvalue()


def csv_of(name):
    file = io.BytesIO()
    writing.write_csv(name, file)
    return file.getvalue().decode("utf-8-sig")


# Export


def test_every_field_of_the_catalogue_is_a_column_or_known_not_to_be():
    """A field that somebody adds is exported by itself; one of a kind that files can't hold has to be decided on."""
    forgotten = set()
    for table in TABLES:
        kept = [(table.model, table.columns), (table.version, table.version_columns)]
        kept += [(part.model, part.columns) for part in table.lists]
        for model, columns in kept:
            if model:
                names = {column.name for column in columns}
                fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
                forgotten |= {
                    field.name for field in fields if field.name not in names and not hasattr(model, f"{field.name}_es")
                }
    workflow = {"number", "state", "author", "writers", "reviewer", "change_note", "review_note"}
    stamps = {"created_at", "submitted_at", "approved_at", "publish_at", "published_at", "retired_at"}
    parents = {"procedure", "program", "version", "office", "profile"}
    assert forgotten == {"id"} | workflow | stamps | parents


def test_every_table_of_the_catalogue_is_exported_or_known_not_to_be():
    """A table that somebody adds to the catalogue has to be decided on."""
    kept = {model for table in TABLES for model in (table.model, table.version, *(part.model for part in table.lists))}
    left = {model.__name__ for model in apps.get_app_config("procedures").get_models() if model not in kept}
    of_this_portal = {"Import", "ImportRow", "SavedMapping", "LoadedRecord", "PreviewLink", "StaffProfile", "Tally"}
    what_was = {"TrailLine", "ReviewNote", "LinkCheck", "Reform", "Reverification", "TranslatedText"}
    assert left - of_this_portal - what_was == set()


def test_export_costs_the_same_for_one_and_three_procedures(django_assert_num_queries):
    table = table_named("procedures")
    for count in (1, 3):
        pks = [make_procedure(f"consulta-{count}-{n}", requirements=2, fees=1).procedure_id for n in range(count)]
        with django_assert_num_queries(QUERIES_OF_A_BATCH):
            assert len(list(read_records(table, pks))) == count


QUERIES_OF_A_BATCH = 20


@pytest.mark.parametrize("form", ["zip", "xlsx"])
def test_the_same_content_gives_the_same_bytes_and_changes_nothing(form, person):
    first = exported(form)
    run = bring(first, person, f"todo.{form}")
    assert counts(run) == {"left": run.left}
    assert run.left > 600
    assert exported(form) == first


def test_an_export_names_a_column_in_both_languages_of_content():
    header = csv_of("procedures").splitlines()[0].split(",")
    assert header[:3] == ["slug", "position", "homoclave"]
    assert {"name_es", "name_en", "assurance", "sources"} <= set(header)


TEXT = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffd"), min_size=1, max_size=60
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXT)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_any_text_survives_the_way_out_and_back(form, text, person):
    document = make_document("texto-raro")
    Document.objects.filter(pk=document.pk).update(how_to_get_es=text, name_es=f"={text}"[:200])
    file = io.BytesIO()
    {"csv": lambda: writing.write_csv("documents", file), "xlsx": lambda: writing.write_xlsx(["documents"], file)}[
        form
    ]()
    Document.objects.filter(pk=document.pk).update(how_to_get_es="otro", name_es="otro")
    run = confirm(bring(file.getvalue(), person, f"documents.{form}"))
    assert run.state == Import.State.DONE
    document = Document.objects.get(pk=document.pk)
    assert cells.same(table_named("documents").all_columns[1], document.how_to_get_es, text)
    assert document.name_es.startswith("=")


# Our own files: what an edit does


def test_a_change_of_a_published_procedure_makes_a_draft(person):
    version = make_procedure("tramite-con-pasos", steps=2, requirements=1)
    text = f"slug,name_es,homoclave\n{version.procedure.slug},Nombre nuevo,ABC-1\n"
    run = confirm(bring(text, person, "procedures.csv"))
    assert (run.state, counts(run)) == (Import.State.DONE, {"changed": 1})
    draft = ProcedureVersion.objects.get(procedure=version.procedure, state=VersionState.DRAFT)
    assert (draft.name_es, draft.author, draft.steps.count(), draft.requirements.count()) == (
        "Nombre nuevo",
        person,
        2,
        1,
    )
    assert person in draft.writers.all()
    version.refresh_from_db()
    assert (version.state, version.name_es) == (VersionState.PUBLISHED, "Trámite tramite-con-pasos")
    assert Procedure.objects.get(pk=version.procedure_id).homoclave == "ABC-1"
    assert run.rows.get().record == f"procedureversion/{draft.pk}"
    assert "archivo" not in LogEntry.objects.filter(object_id=str(draft.pk)).first().change_message
    assert "procedures.csv" in LogEntry.objects.filter(object_id=str(draft.pk)).first().change_message


def test_the_rows_of_a_list_replace_the_whole_list_on_a_draft(person):
    version = make_procedure("con-pasos", steps=3)
    text = "procedure,position,title_es\ncon-pasos,0,Paso 0\ncon-pasos,1,Otro\n"
    run = confirm(bring(text, person, "steps.csv"))
    assert [(row.number, row.outcome) for row in run.rows.all()] == [(2, "left"), (3, "changed")]
    draft = version.procedure.versions.get(state=VersionState.DRAFT)
    assert list(draft.steps.values_list("title_es", flat=True)) == ["Paso 0", "Otro"]
    assert draft.steps.first().title_en == "Paso 0 (en)"
    assert version.steps.count() == 3


def test_a_translation_that_a_file_brings_is_one_and_spanish_changed_alone_leaves_it_out_of_date(person):
    confirm(bring("slug,level,name_es,name_en\nunidad,municipal,Ventanilla,Desk\n", person, "institutions.csv"))
    unit = Institution.objects.get(slug="unidad")
    assert TranslatedText.objects.get(source="Ventanilla").made_by == person
    table = table_of("procedures.institution")
    assert progress_of(table, "en")[unit.pk].open == 0
    confirm(bring("slug,name_es\nunidad,Ventanilla única\n", person, "institutions.csv"))
    assert progress_of(table, "en")[unit.pk].outdated == 1


def test_a_version_in_review_is_not_changed_behind_the_reviewer(person):
    version = make_procedure("en-revision")
    submit(version=start_version(of=version, author=person), by=person)
    run = bring("slug,name_es\nen-revision,Otro\n", person, "procedures.csv")
    assert counts(run) == {"refused": 1}
    assert "en revisión" in run.rows.get().reasons[0]


def test_dry_run_says_before_and_after_and_writes_nothing(person):
    make_document("uno", name_es="Uno")
    make_document("dos", name_es="Dos")
    text = "slug,name_es,kind\nuno,Uno,other\ndos,Dos bis,permit\ntres,Tres,permiso\ncuatro,,other\n"
    before = exported()
    run = bring(text, person, "documents.csv")
    assert [(row.key, row.outcome) for row in run.rows.all()] == [
        ("uno", "left"),
        ("dos", "changed"),
        ("tres", "refused"),
        ("cuatro", "refused"),
    ]
    changed, wrong, nameless = run.rows.all()[1:]
    assert changed.changes == [["name_es", "Dos", "Dos bis"], ["kind", "other", "permit"]]
    assert wrong.reasons == [
        "kind: «permiso» no es ninguno de: identity, proof, form, plan, study, receipt, permit, deed, account, other"
    ]
    assert nameless.reasons[0].startswith("name_es: ")
    assert exported() == before


def test_a_file_broken_in_the_middle_imports_nothing_and_names_the_row(person):
    rows = [f"doc-{n},Documento {n},other" for n in range(20)]
    rows[10] = "doc-10,Documento 10"
    run = bring("slug,name_es,kind\n" + "\n".join(rows), person, "documents.csv")
    assert counts(run) == {"refused": 1, "created": 19}
    run = confirm(run)
    assert run.state == Import.State.FAILED
    assert run.message.startswith("No se importó nada. Fila 12 de «documents»")
    assert not Document.objects.filter(slug__startswith="doc-").exists()


def test_the_good_rows_can_be_imported_alone(person):
    text = "slug,name_es,parent,level\nhija,Hija,madre,state\nmadre,Madre,,nada\nsola,Sola,,state\n"
    run = bring(text, person, "institutions.csv")
    assert counts(run) == {"refused": 2, "created": 1}
    assert "no existe institución «madre»" in run.rows.get(key="hija").reasons[0]
    run = confirm(run, only_good=True)
    assert run.state == Import.State.DONE
    assert run.rows.get(key="sola").record.startswith("institution/")


def test_records_of_one_file_can_name_each_other_in_any_order(person):
    text = "slug,name_es,parent,level\nhija,Hija,madre,state\nmadre,Madre,,state\n"
    run = confirm(bring(text, person, "institutions.csv"))
    assert counts(run) == {"created": 2}
    assert Institution.objects.get(slug="hija").parent.slug == "madre"


def test_a_key_that_stands_twice_is_refused_with_both_rows(person):
    run = bring("slug,name_es\nx,Uno\ny,Dos\nx,Tres\n", person, "documents.csv")
    assert {row.number: row.reasons for row in run.rows.filter(outcome="refused")} == {
        2: ["«x» está en varias filas: 2, 4"],
        4: ["«x» está en varias filas: 2, 4"],
    }


def test_constraints_and_what_stands_once_are_told_before_the_database_does(person):
    stage = Stage.objects.order_by("position").first()
    run = bring(f"slug,position,name_es\nnueva,{stage.position},Nueva\n", person, "stages.csv")
    assert run.rows.get().reasons == [f"position: {stage.position} ya es de «{stage.slug}»"]
    office = Office.objects.first()
    run = bring(f"slug,latitude,longitude\n{office.slug},28.6,\n", person, "offices.csv")
    assert run.rows.get().reasons == ["Da las dos coordenadas, en grados, o ninguna."]


def test_data_that_changed_since_the_dry_run_are_shown_again(person):
    document = make_document("cambia", name_es="Antes")
    run = bring("slug,name_es\ncambia,Después\n", person, "documents.csv")
    Document.objects.filter(pk=document.pk).update(name_es="Entre tanto")
    run = confirm(run)
    assert run.state == Import.State.CHECKED
    assert "cambiaron después" in run.message
    assert run.rows.get().changes == [["name_es", "Entre tanto", "Después"]]
    assert confirm(run).state == Import.State.DONE


def test_tables_that_a_person_may_not_change_are_refused(person):
    editor = get_user_model().objects.create_user("sin-permiso", is_staff=True)
    run = bring("slug,name_es\nnuevo,Nuevo\n", editor, "documents.csv")
    assert run.rows.get().reasons == ["no tienes permiso para cambiar esta tabla"]


def test_two_imports_of_the_same_file_the_second_changes_nothing(person):
    text = "slug,name_es,kind\na1,Uno,other\na2,Dos,permit\n"
    assert counts(confirm(bring(text, person, "documents.csv"))) == {"created": 2}
    assert counts(bring(text, person, "documents.csv")) == {"left": 2}


# Foreign registries


def test_a_foreign_registry_becomes_drafts_with_steps_and_requirements(person, mapping):
    run = bring(REGISTRY, person, "registro.csv", mapping)
    assert counts(run) == {"created": 2}
    confirm(run)
    version = ProcedureVersion.objects.get(procedure__slug="otra-constancia-domicilio")
    assert (version.state, version.assurance, version.author) == (VersionState.DRAFT, "unverified", person)
    assert version.purpose_es == "Dice dónde vives, nada más."
    assert (version.response_value, version.response_unit, version.response_text_es) == (3, "business_days", "")
    assert (version.validity_value, version.validity_unit) == (30, "days")
    assert (version.is_in_person, version.is_online, version.provider_es) == (True, False, "Secretaría A")
    assert [row.text_es for row in version.requirements.all()] == ["INE.", "Comprobante (luz, agua)."]
    assert [row.title_es for row in version.steps.all()] == ["Llenar.", "Recoger."]
    assert [fee.kind for fee in version.fees.all()] == [Fee.Kind.FREE]
    assert [(source.url, source.title) for source in version.sources.all()] == [
        ("https://otra.example.org/tramites", "Registro de otra ciudad")
    ]
    assert version.staff_note == "secretaria: Secretaría A\nfundamento: Artículo 1, fracción II."
    asks = ProcedureVersion.objects.get(procedure__slug="otra-permiso-obra")
    assert [(fee.kind, fee.minimum, fee.note_es) for fee in asks.fees.all()] == [("unknown", None, "Consultar")]


def test_the_same_registry_twice_changes_nothing_the_second_time(person, mapping):
    confirm(bring(REGISTRY, person, "registro.csv", mapping))
    assert counts(bring(REGISTRY, person, "registro.csv", mapping)) == {"left": 2}


def test_what_changed_in_a_registry_is_unverified_again(person, mapping):
    confirm(bring(REGISTRY, person, "registro.csv", mapping))
    ProcedureVersion.objects.filter(procedure__slug="otra-permiso-obra").update(assurance="confirmed")
    assert counts(bring(REGISTRY, person, "registro.csv", mapping)) == {"left": 2}
    run = confirm(bring(REGISTRY.replace("Plano.", "Plano firmado."), person, "registro.csv", mapping))
    assert counts(run) == {"changed": 1, "left": 1}
    version = ProcedureVersion.objects.get(procedure__slug="otra-permiso-obra")
    assert (version.assurance, str(version.requirements.get())) == ("unverified", "Plano firmado.")


def test_the_mapping_is_guessed_from_names_and_first_rows(person, mapping):
    run = runs.bring(file=io.BytesIO(REGISTRY.encode()), name="registro.csv", by=person)
    guess = runs.look(run)["guess"]
    assert guess.columns == mapping["columns"]
    assert (guess.table, guess.separators, guess.replacements) == ("procedures", ["||"], [["~~", ","]])


def test_another_registry_with_headers_of_its_own_is_understood(person):
    text = (
        "Gobierno del Estado;;;;\n;;;;\nNombre del trámite;Dependencia responsable;Plazo máximo de respuesta;"
        "Monto de los derechos;Documentos requeridos\n"
        "<b>Registro</b> de marca;IMPI;6 meses;$2,457.79;<ul><li>Solicitud</li><li>Pago</li></ul>\n"
    )
    run = runs.bring(file=io.BytesIO(text.encode("cp1252")), name="estado.csv", by=person)
    guess = runs.look(run)["guess"]
    guess.defaults = {"stage": "formalizar", "level": "federal"}
    run = confirm(bring(text.encode("cp1252"), person, "estado.csv", guess.to_json()))
    assert counts(run) == {"created": 1}
    version = ProcedureVersion.objects.get(procedure__slug="registro-de-marca")
    assert version.institution.acronym == "IMPI"
    assert (version.name_es, version.response_value, version.response_unit) == ("Registro de marca", 6, "months")
    assert [row.text_es for row in version.requirements.all()] == ["Solicitud", "Pago"]
    assert cells.written(version.fees.get().minimum) == "2457.79"


def test_only_the_rows_that_are_wanted_become_records(person):
    text = "codigo,nivel,titulo\n11,sector,Agricultura\n722515,clase,Cafeterías y fuentes de sodas\n"
    mapping = Mapping(
        table="business_types",
        columns={"codigo": ["scian_code"], "titulo": ["name_es", "scian_title"], "nivel": []},
        only_column="nivel",
        only_value="Clase",
    )
    run = confirm(bring(text, person, "scian.csv", mapping.to_json()))
    assert [(row.key, row.outcome) for row in run.rows.all()] == [("cafeterias-y-fuentes-de-sodas", "created")]


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"columns": {}},
        {"columns": {"a": "name_es"}},
        {"columns": {"a": ["name_es"]}, "table": "auth_user"},
        {"columns": {"a": ["password"]}, "table": "documents"},
        {"columns": {"a": ["name_es"]}, "replacements": [["a"]]},
        {"columns": {"a": ["name_es"]}, "table": "procedures"},  # nobody says the stage
    ],
)
def test_a_mapping_file_that_is_none_is_refused(data):
    with pytest.raises(ExchangeError):
        Mapping.from_json(data)


# Constraints in Python


def test_constraints_are_judged_as_the_database_judges_them():
    judged = {True: 0, False: 0}
    for model in (Requirement, Fee, Step, ProgramVersion, ProcedureVersion, Office, LegalInstrument, BusinessType):
        columns = {column.name: column for column in columns_of(model) if not column.is_many}
        for row in model._base_manager.all()[:12]:
            values = {name: read_value(column, row) for name, column in columns.items()} | {"id": str(row.pk)}
            for name, column in columns.items():
                variant = values | {name: "" if column.kind in ("text", "choice") else None}
                for constraint in checks.constraints_of(model, frozenset(variant)):
                    kept = checks.is_kept(constraint.condition, model, variant)
                    judged[kept] += 1
                    # The database is asked wherever a rule is broken, and now and then where it is kept.
                    if not kept or judged[True] % 25 == 0:
                        assert checks.ask_database(constraint.condition, model, variant) is kept, constraint.name
    assert judged[True] > 1_000
    assert judged[False] > 30


# Command line


def test_commands_export_a_folder_and_import_it_again(person, tmp_path, capsys):
    folder = tmp_path / "salida"
    call_command("export_catalogue", str(folder))
    assert sorted(file.stem for file in folder.iterdir()) == sorted(file_names())
    call_command("import_catalogue", str(folder), "--dry-run", "--user", person.username)
    assert capsys.readouterr().out.startswith("0 refused, 0 created, 0 changed, ")


def test_command_takes_a_mapping_file_and_refuses_what_is_wrong(person, mapping, tmp_path, capsys):
    registry, said = tmp_path / "registro.csv", tmp_path / "m.json"
    registry.write_text(REGISTRY)
    said.write_text(json.dumps(mapping))
    call_command("import_catalogue", str(registry), "--mapping", str(said), "--user", person.username)
    assert "imported" in capsys.readouterr().out
    registry.write_text(REGISTRY + "cortada\n")
    with pytest.raises(CommandError, match="Fila 4"):
        call_command("import_catalogue", str(registry), "--mapping", str(said), "--user", person.username)
    assert Program.objects.exists()


def test_files_and_lists_of_rows_go_after_some_days(person):
    run = bring("slug,name_es\nx,X\n", person, "documents.csv")
    runs.tidy_up(now=run.created_at + runs.datetime.timedelta(days=runs.KEPT_DAYS + 1))
    run.refresh_from_db()
    assert (run.state, run.rows.count(), runs.path_of(run).exists()) == (Import.State.DISCARDED, 0, False)
    assert connection.vendor in ("sqlite", "postgresql")

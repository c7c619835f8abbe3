"""Loads the fixtures (YAML, both languages side by side) into the catalogue.

A record is created once and then belongs to the staff: loading again leaves it as it is, even if it was deleted.
"""

import datetime
import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from django.db import DatabaseError, transaction
from django.utils import timezone, translation

from procedures import models
from procedures.gaps import DATA
from procedures.gate.checks import RULES
from procedures.rules.circles import circles_among
from procedures.trail.acting import acting
from procedures.translations.memory import remember_records

LANGUAGES = ("es", "en")


class FixtureError(Exception):
    """A fixture can't be loaded; the message names the file and the record."""


def translated(data, *names, **renamed):
    """Column values of translated texts: `{"name": {"es": …, "en": …}}` → `{"name_es": …, "name_en": …}`.

    A list of texts becomes one text with a line each. `renamed` maps a column to the fixture's key.
    """
    columns = {}
    for column, key in {**{name: name for name in names}, **renamed}.items():
        value = data.get(key)
        for language in LANGUAGES:
            if isinstance(value, list):
                text = "\n".join(item[language] for item in value)
            elif isinstance(value, dict):
                text = value.get(language, "")
                text = "\n".join(text) if isinstance(text, list) else text
            else:
                text = value or ""
            columns[f"{column}_{language}"] = text
    return columns


def plain(data, *names, **renamed):
    """Column values that are the same in every language; what the fixture leaves out keeps the model's default."""
    keys = {**{name: name for name in names}, **renamed}
    return {column: data[key] for column, key in keys.items() if data.get(key) is not None}


def lines(data, name):
    return "\n".join(data.get(name, []))


@dataclass
class Loader:
    """Loads record after record; `created` and `kept` count them by fixture."""

    folder: Path
    created: Counter = field(default_factory=Counter)
    kept: Counter = field(default_factory=Counter)
    changed_since: list = field(default_factory=list)
    new: list = field(default_factory=list)
    _loaded: dict = field(default_factory=dict)
    _slugs: dict = field(default_factory=dict)

    def __post_init__(self):
        self._loaded = dict(models.LoadedRecord.objects.values_list("key", "digest"))

    def read(self, name):
        """The records of `<name>.yaml`, or of every file in the folder `<name>/`, in file order."""
        path = self.folder / name
        if path.is_dir():
            return [self._parse(file) for file in sorted(path.glob("*.yaml"))]
        return self._parse(path.with_suffix(".yaml"))

    def _parse(self, file):
        try:
            return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        except (OSError, yaml.YAMLError) as error:
            raise FixtureError(f"{file}: {error}") from error

    def load(self, name, create, records=None, key="slug"):
        """Calls `create(loader, record)` for each record that was never loaded, and remembers it as loaded."""
        for record in self.read(name) if records is None else records:
            identity = f"{name}/{record.get(key)}"
            digest = hashlib.sha256(json.dumps(record, default=str, sort_keys=True).encode()).hexdigest()
            if identity in self._loaded:
                self.kept[name] += 1
                if self._loaded[identity] != digest:
                    self.changed_since.append(identity)
                continue
            try:
                create(self, record)
            except (KeyError, TypeError, ValueError, DatabaseError, FixtureError) as error:
                raise FixtureError(f"{identity}: {error}") from error
            models.LoadedRecord.objects.create(key=identity, digest=digest)
            self.created[name] += 1
            self.new.append(record)

    def get(self, model, slug):
        """The row with that slug, or None for no slug. Rows are kept, so that each is looked up once."""
        if not slug:
            return None
        rows = self._slugs.setdefault(model, {})
        if slug not in rows:
            rows[slug] = model.objects.filter(slug=slug).first()
            if rows[slug] is None:
                del rows[slug]
                raise FixtureError(f"There is no {model._meta.verbose_name} “{slug}”.")
        return rows[slug]

    def all(self, model, slugs):
        return [self.get(model, slug) for slug in slugs or []]

    def sources(self, urls):
        """Rows for the addresses, made where missing, in order and without repetition."""
        return [models.Source.objects.get_or_create(url=url)[0] for url in dict.fromkeys(urls or [])]

    def set_conditions(self, row, data):
        for mode in ("all", "any", "none"):
            if slugs := (data.get("conditions") or {}).get(mode):
                getattr(row, f"{mode}_of").set(self.all(models.Situation, slugs))


def assurance(data):
    return plain(data, "assurance", "staff_note")


@acting(name="load_fixtures", loading=True)
@transaction.atomic
def load_catalogue(folder, progress=lambda name, loader: None):
    """Loads every catalogue fixture that was never loaded.

    Args:
        folder: Path of the fixtures.
        progress: called with (fixture name, loader) after each fixture.

    Returns:
        The Loader, whose `created` and `kept` count records by fixture.

    Raises:
        FixtureError: a file is broken, names a record that does not exist, or brings in a procedure that closes a
            circle of requirements. Nothing is loaded then.
    """
    loader = Loader(Path(folder))
    in_force = procedures_in_force()
    with translation.override("es"):
        for name, create in CREATE.items():
            loader.load(name, create, key="year" if name == "unit_values" else "slug")
            progress(name, loader)
        # Identities first: a one-stop window names procedures that come later.
        records = loader.read("procedures")
        loader.load("procedure_identities", create_procedure, records)
        loader.load("procedures", create_procedure_version, records)
        progress("procedures", loader)
        loader.load("programs", create_program)
        progress("programs", loader)
        for chain in circles_among(procedures_in_force() - in_force):
            raise FixtureError(f"Requirements that go round in a circle: {chain}.")
    remember_records(loader.new)
    return loader


def procedures_in_force():
    return set(models.ProcedureVersion.objects.published().values_list("procedure__slug", flat=True))


def create_stage(loader, data):
    models.Stage.objects.create(slug=data["slug"], position=data["position"], **translated(data, "name", "description"))


def create_audience(loader, data):
    models.Audience.objects.create(slug=data["slug"], **translated(data, "name"))


def create_situation(loader, data):
    models.Situation.objects.create(slug=data["slug"], **translated(data, "name", "help"))


def create_institution(loader, data):
    row = models.Institution.objects.create(
        phones=lines(data, "phones"),
        parent=loader.get(models.Institution, data.get("parent")),
        **plain(data, "slug", "acronym", "level", "email", "url"),
        **assurance(data),
        **translated(data, "name", "role"),
    )
    row.sources.set(loader.sources(data.get("sources")))


def create_office(loader, data):
    row = models.Office.objects.create(
        institution=loader.get(models.Institution, data["institution"]),
        phones=lines(data, "phones"),
        **plain(data, "slug", "address", "neighborhood", "email", "url"),
        **assurance(data),
        **translated(data, "name", "unit", "hours_note", "note"),
    )
    row.sources.set(loader.sources(data.get("sources")))
    for stretch in data.get("hours", []):
        opens, closes = (datetime.time.fromisoformat(stretch[end]) for end in ("opens", "closes"))
        for day in stretch["days"]:
            row.hours.create(weekday=day, opens=opens, closes=closes)


def create_document(loader, data):
    models.Document.objects.create(**plain(data, "slug", "kind"), **translated(data, "name", "how_to_get"))


def create_legal_instrument(loader, data):
    models.LegalInstrument.objects.create(
        **plain(data, "slug", "kind", "level", "url", "published_on", "reformed_on"),
        **translated(data, "name", "note"),
    )


def create_unit_value(loader, data):
    row = models.UnitValue.objects.create(
        **plain(data, "unit", "year", "valid_from", "valid_to", "daily", "monthly", "yearly"), **assurance(data)
    )
    row.sources.set(loader.sources(data.get("sources")))


def create_non_working_day(loader, data):
    models.NonWorkingDay.objects.create(**plain(data, "date", "level"), **translated(data, "name"))


def create_glossary_term(loader, data):
    models.GlossaryTerm.objects.create(slug=data["slug"], **translated(data, "term", "definition", "aliases"))


def create_business_type(loader, data):
    row = models.BusinessType.objects.create(
        **plain(data, "slug", "scian_title", "risk", scian_code="scian"), **translated(data, "name", "synonyms")
    )
    row.sets_true.set(loader.all(models.Situation, data.get("sets_true")))
    row.sets_false.set(loader.all(models.Situation, data.get("sets_false")))


def create_question(loader, data):
    question = models.Question.objects.create(
        depends_on=loader.get(models.Situation, data.get("depends_on")),
        **plain(data, "slug", "position", "depends_value"),
        **translated(data, "text", "help"),
    )
    for position, choice in enumerate(data["choices"], 1):
        row = question.choices.create(slug=choice["slug"], position=position, **translated(choice, "label"))
        row.sets_true.set(loader.all(models.Situation, choice.get("sets_true")))
        row.sets_false.set(loader.all(models.Situation, choice.get("sets_false")))


def create_reference_business(loader, data):
    """The fixture's answers are what the plan's address says: question → choice."""
    models.ReferenceBusiness.objects.create(
        business_type=loader.get(models.BusinessType, data["business_type"]),
        **plain(data, "slug", "position", "answers"),
        **translated(data, "name"),
    )


def create_legal_profile(loader, data):
    profile = models.LegalProfile.objects.create(
        **plain(data, "slug", "kind", "source_title", "source_url", "version", "dated_on", "assurance", "is_active"),
        **translated(data, "name", "note"),
    )
    known = {**DATA[profile.kind], **RULES}
    for position, item in enumerate(data["fields"], 1):
        if item["datum"] not in known:
            raise FixtureError(f"There is no datum or rule “{item['datum']}”.")
        profile.fields.create(
            position=position, **plain(item, "datum", "severity", "article"), **translated(item, "note")
        )


def create_placeholder(loader, data):
    models.Placeholder.objects.create(**plain(data, "text", "place", "not_after"))


def published(data):
    """A fixture's record goes live at once: it was checked when the fixture was written, and has no author."""
    return {"number": 1, "state": models.VersionState.PUBLISHED, "published_at": timezone.now()}


def seal(version):
    """The version is whole: from here on the database lets nobody change its content."""
    version.approved_at = version.published_at
    version.save(update_fields=["approved_at"])


def create_procedure(loader, data):
    models.Procedure.objects.create(**plain(data, "slug", "position", "homoclave", "catalogue_url"))


def value_and_unit(data, key, column):
    time = data.get(key) or {}
    return plain(time, **{f"{column}_value": "value", f"{column}_unit": "unit"})


def create_procedure_version(loader, data):
    channels = data.get("channels", [])
    version = models.ProcedureVersion.objects.create(
        procedure=loader.get(models.Procedure, data["slug"]),
        institution=loader.get(models.Institution, data.get("institution")),
        stage=loader.get(models.Stage, data["stage"]),
        is_online="online" in channels,
        is_in_person="in_person" in channels,
        is_by_phone="phone" in channels,
        **published(data),
        **plain(data, "level", "online_url", "silence"),
        **value_and_unit(data, "response", "response"),
        **value_and_unit(data, "validity", "validity"),
        **assurance(data),
        **translated(
            data,
            "name",
            "purpose",
            "who",
            "cases",
            "provider",
            "result_note",
            "redress",
            "inspection",
            "good_to_know",
        ),
        **translated(data.get("response") or {}, response_text="text"),
        **translated(data.get("validity") or {}, validity_text="text"),
    )
    loader.set_conditions(version, data)
    version.sources.set(loader.sources(data.get("sources")))
    version.offices.set(loader.all(models.Office, data.get("offices")))
    version.results.set(loader.all(models.Document, data.get("results")))
    version.bundles.set(loader.all(models.Procedure, data.get("bundles")))
    create_children(loader, version, data)
    seal(version)


def create_children(loader, version, data):
    for position, item in enumerate(data.get("requirements", []), 1):
        row = version.requirements.create(
            position=position,
            document=loader.get(models.Document, item.get("document")),
            **plain(item, "originals", "copies", is_certified="certified"),
            **translated(item, "text", "signed_by", "note"),
        )
        loader.set_conditions(row, item)
    for position, item in enumerate(data.get("steps", []), 1):
        version.steps.create(
            position=position,
            office=loader.get(models.Office, item.get("office")),
            **plain(item, "actor", "channel"),
            **value_and_unit(item, "duration", "duration"),
            **translated(item, "title", "text"),
        )
    for position, item in enumerate(data.get("fees", []), 1):
        row = version.fees.create(
            position=position,
            instrument=loader.get(models.LegalInstrument, item.get("instrument")),
            is_alternative=item.get("alternative", False),
            **plain(
                item,
                "kind",
                "unit",
                "valid_from",
                "valid_to",
                "article",
                "assurance",
                minimum="min",
                maximum="max",
            ),
            **translated(item, "concept", "note"),
        )
        loader.set_conditions(row, item)
    for position, item in enumerate(data.get("citations", []), 1):
        version.citations.create(
            position=position,
            instrument=loader.get(models.LegalInstrument, item["instrument"]),
            **plain(item, "article", "grounds"),
            **translated(item, "note"),
        )


def create_program(loader, data):
    program = models.Program.objects.create(**plain(data, "slug", "position"))
    amounts = data.get("amounts") or {}
    version = models.ProgramVersion.objects.create(
        program=program,
        institution=loader.get(models.Institution, data["institution"]),
        operator=loader.get(models.Institution, data.get("operator")),
        contact_office=loader.get(models.Office, data.get("contact_office")),
        contact_phones=lines(data, "contact_phones"),
        **published(data),
        **plain(data, "kind", "level", "online_url", "availability"),
        **plain(amounts, amount_minimum="min", amount_maximum="max"),
        **assurance(data),
        **translated(data, "name", "benefits", "who", "how_to_apply", "place", "good_to_know"),
        **translated(amounts, amount_note="note"),
    )
    loader.set_conditions(version, data)
    version.sources.set(loader.sources(data.get("sources")))
    version.partners.set(loader.all(models.Institution, data.get("partners")))
    version.offices.set(loader.all(models.Office, data.get("offices")))
    version.documents.set(loader.all(models.Document, data.get("documents")))
    version.stages.set(loader.all(models.Stage, data.get("stages")))
    version.audiences.set(loader.all(models.Audience, data.get("audiences")))
    seal(version)
    for call in data.get("calls", []):
        program.calls.create(**plain(call, "opens", "closes", "url"), **translated(call, "label"))


CREATE = {
    "stages": create_stage,
    "audiences": create_audience,
    "situations": create_situation,
    "institutions": create_institution,
    "offices": create_office,
    "documents": create_document,
    "legal_instruments": create_legal_instrument,
    "unit_values": create_unit_value,
    "non_working_days": create_non_working_day,
    "glossary": create_glossary_term,
    "business_types": create_business_type,
    "questions": create_question,
    "reference_businesses": create_reference_business,
    "legal_profiles": create_legal_profile,
    "placeholders": create_placeholder,
}

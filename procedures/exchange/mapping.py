"""How the columns of a foreign registry become our tables: guessed, corrected by a person, kept for its next file.

A mapping is plain data (JSON). What a cell says in words (a fee, a time, a channel) is understood only where there is
one way to understand it; otherwise the words are kept and the figure stays unknown.
"""

import dataclasses
import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from procedures.exchange import cells, words
from procedures.exchange.planning import IF_NEW, IF_TOUCHED
from procedures.exchange.reading import ExchangeError, text_of_html
from procedures.exchange.tables import table_named

# Tables that a foreign registry can become; the others are too small or too much ours.
MAPPABLE = (
    "procedures",
    "programs",
    "institutions",
    "offices",
    "documents",
    "legal_instruments",
    "business_types",
    "glossary",
    "non_working_days",
)

# What a column can become beside a column of ours.
SPECIAL = {
    "key": gettext_lazy("what the address (slug) is made of"),
    "note": gettext_lazy("internal note, under the column's name"),
}
SPECIAL_OF_PROCEDURES = {
    "whose": gettext_lazy("institution, or who provides it"),
    "channels": gettext_lazy("channels: in person, online, by phone"),
    "response": gettext_lazy("response time, in words"),
    "validity": gettext_lazy("validity, in words"),
    "requirements": pgettext_lazy("import", "requirements (several items)"),
    "steps": pgettext_lazy("import", "steps (several items)"),
    "fees": pgettext_lazy("import", "costs (one or several)"),
}
ITEM_TARGETS = ("requirements", "steps", "fees")

# How foreign registries head their columns; compared without accents and signs.
SYNONYMS = {
    "name_es": "nombre|nombre del tramite|nombre del tramite o servicio|nombre oficial|tramite|tramite o servicio|"
    "tramite servicio|servicio|denominacion|titulo|nombre o razon social|razon social|concepto|termino|name|title|"
    "procedure|service",
    "homoclave": "homoclave|clave|clave del tramite|folio|codigo|codigo del tramite|id tramite|no|numero|code",
    "key": "link|slug|ruta|url amigable|identificador|id",
    "whose": "dependencia|dependencia responsable|unidad administrativa|unidad responsable|area responsable|entidad|"
    "institucion|organismo|sujeto obligado|autoridad|dependencia o entidad|department|agency|institution|provider",
    "channels": "modalidad|modalidades|canal|canales|canal de atencion|tipo de atencion|medio de presentacion|channel",
    "purpose_es": "descripcion|objetivo|objeto|en que consiste|proposito|descripcion del tramite|resumen|description",
    "result_note_es": "resultado|producto|documento que se obtiene|que se obtiene|comprobante a obtener|"
    "documento o beneficio|result",
    "cases_es": "cuando|casos|casos en que se realiza|en que casos|supuestos|cuando se realiza|when",
    "who_es": "quien|quienes|quien puede solicitarlo|quien lo solicita|dirigido a|usuarios|poblacion objetivo|"
    "solicitante|beneficiarios|interesado|who",
    "fees": "costo|costos|monto|tarifa|precio|derechos|importe|monto de los derechos|cuanto cuesta|pago|cost|fee|price",
    "response": "tardanza|plazo|plazo maximo|plazo de respuesta|tiempo de respuesta|tiempo de resolucion|tiempo|"
    "duracion|plazo maximo de respuesta|time|response time",
    "validity": "vigencia|vigencia del documento|validez|validity",
    "requirements": "requisitos|documentos|documentos requeridos|documentacion|documentacion requerida|que necesito|"
    "requirements|documents",
    "steps": "proceso|pasos|procedimiento|pasos a seguir|como se realiza|que debo hacer|steps|process",
    "redress_es": "medio de impugnacion|medios de impugnacion|recursos|en caso de negativa|redress",
    "online_url": "url|enlace|liga|sitio web|pagina web|link del tramite|url del tramite|website",
    "note": "fundamento|fundamento juridico|fundamento legal|sustento legal|responsable|copias|resolucion|"
    "criterios de resolucion|observaciones|notas|comentarios|secretaria|horario|domicilio|telefono|correo|legal basis",
    "scian_code": "codigo scian|scian|clase scian|codigo de actividad",
    "scian_title": "actividad|actividad economica|titulo scian",
    "synonyms_es": "sinonimos|palabras clave",
    "acronym": "siglas|acronimo",
    "address": "domicilio|direccion|calle y numero",
    "neighborhood": "colonia",
    "phones": "telefono|telefonos|tel",
    "email": "correo|correo electronico|e mail",
    "url": "pagina|pagina web|sitio web|sitio|url|liga|enlace",
    "date": "fecha|dia",
    "definition_es": "definicion|significado|descripcion",
    "role_es": "funcion|objetivo|atribuciones|descripcion",
    "how_to_get_es": "como se obtiene|descripcion",
    "benefits_es": "beneficios|beneficio|apoyo|descripcion",
    "how_to_apply_es": "como solicitarlo|procedimiento|pasos|proceso",
    "institution": "dependencia|institucion|organismo|dependencia responsable|entidad",
    "kind": "tipo|clase",
    "level": "nivel|ambito|orden de gobierno",
}
SEPARATORS = ("||", "|", "\n", "•", ";")


@dataclass
class Mapping:
    """`columns`: {header in the file: [targets]}. `defaults`: {column of ours: text} for records that are new."""

    table: str = "procedures"
    columns: dict = field(default_factory=dict)
    sheet: str = ""
    separators: list = field(default_factory=lambda: ["||"])
    replacements: list = field(default_factory=list)  # [[text, instead], …]
    defaults: dict = field(default_factory=dict)
    slug_prefix: str = ""
    only_column: str = ""
    only_value: str = ""
    source_title: str = ""
    source_url: str = ""

    @classmethod
    def from_json(cls, data):
        """The mapping that a file or the database holds.

        Raises:
            ExchangeError: it is none of ours; the message says what is wrong.
        """
        names = {item.name: item for item in dataclasses.fields(cls)}
        if not isinstance(data, dict) or not data.get("columns") or not data.keys() <= names.keys() | {"name"}:
            raise ExchangeError(_("This is no mapping file of the portal."))
        mapping = cls(**{name: value for name, value in data.items() if name in names})
        wrong = [name for name in names if not isinstance(getattr(mapping, name), type(getattr(cls(), name)))]
        if wrong or not mapping.has_right_shape():
            raise ExchangeError(_("The mapping file is damaged: %(names)s") % {"names": ", ".join(wrong) or "columns"})
        mapping.check()
        return mapping

    def has_right_shape(self):
        texts = [*self.columns, *self.defaults, *self.defaults.values(), *self.separators]
        pairs = all(isinstance(pair, list) and len(pair) == 2 for pair in self.replacements)
        targets = all(isinstance(names, list) for names in self.columns.values())
        return pairs and targets and all(isinstance(text, str) for text in [*texts, *chain(*self.replacements)])

    def to_json(self):
        return dataclasses.asdict(self)

    def check(self):
        """Raises ExchangeError if it names a table or targets that there are not, or a record would lack its name."""
        if self.table not in MAPPABLE:
            raise ExchangeError(_("“%(table)s” can't be filled from a foreign file.") % {"table": self.table})
        allowed = {name for name, _words in targets_of(self.table)}
        named = {target for targets in self.columns.values() for target in targets} | self.defaults.keys()
        if unknown := named - allowed:
            raise ExchangeError(_("There is no column “%(names)s”.") % {"names": ", ".join(sorted(unknown))})
        if not {"name_es", "term_es", "date"} & named:
            raise ExchangeError(_("Say which column is the name."))
        labels = {column.name: column.label for column in table_named(self.table).all_columns}
        missing = [labels[name] for name in required_columns(self.table) if name not in named]
        if missing:
            raise ExchangeError(
                _("Give for all rows, or name the column that says it: %(names)s") % {"names": ", ".join(missing)}
            )


def targets_of(table):
    """`[(target, words)]` of all that a column can become in this table, in the active language."""
    columns = table_named(table).all_columns
    special = SPECIAL if any(column.name == "staff_note" for column in columns) else {"key": SPECIAL["key"]}
    if table == "procedures":
        special = {**special, **SPECIAL_OF_PROCEDURES}
    ours = [(column.name, column.label) for column in columns if column.name not in ("slug", "sources")]
    return [*((name, str(words)) for name, words in special.items()), *ours]


def required_columns(table):
    """Columns without which no record can be made, the name and the key aside."""
    return [
        column.name
        for column in table_named(table).all_columns
        if column.kind in ("choice", "link", "date", "integer", "decimal")
        and not column.field.null
        and not column.field.blank
        and not column.field.has_default()
    ]


# Guessing


def guess(header, rows, table=""):
    """A mapping to begin with: from the names of the columns and what stands in the first rows.

    Args:
        header: names of the columns.
        rows: some rows, as `{column: text}`.
        table: if it is known already.
    """
    table = table or guess_table(header)
    targets = {name for name, _words in targets_of(table)}
    columns, used = {}, set()
    for name in header:
        samples = [row[name] for row in rows if row[name].strip()]
        target = guess_target(name, samples, targets - used, table)
        columns[name] = [target] if target else []
        if target and target != "note":
            used.add(target)
    items = [row[name] for row in rows for name in header if set(columns[name]) & set(ITEM_TARGETS)]
    return Mapping(
        table=table,
        columns=columns,
        separators=[guess_separator(items)],
        replacements=guess_replacements(rows),
    )


def guess_table(header):
    def fit(table):
        targets = {name for name, _words in targets_of(table)} - {"note"}
        return sum(1 for name in header if guess_target(name, [], targets, table))

    return max(MAPPABLE, key=fit)  # the first of equals: procedures


def guess_target(name, samples, targets, table):
    folded = cells.fold(name)
    synonyms = [(form, target) for target in SYNONYMS if target in targets for form in SYNONYMS[target].split("|")]
    exact = our_words(table, targets) | dict(reversed(synonyms)) | {cells.fold(target): target for target in targets}
    if target := exact.get(folded):
        return by_content(target, samples, targets)
    # "Requisitos del trámite (lista)": the longest synonym that the name begins with or holds.
    for form, target in sorted(synonyms, key=lambda pair: -len(pair[0])):
        if len(form) > 4 and re.search(rf"\b{form}\b", folded):
            return by_content(target, samples, targets)
    return ""


def our_words(table, targets):
    """What our own columns are called in both languages of the interface, where that tells one from the others."""
    found = {}
    for language in ("en", "es"):
        with translation.override(language):
            for column in table_named(table).all_columns:
                if column.name in targets:
                    label = cells.fold(str(column.label))
                    found[label] = "" if label in found and found[label] != column.name else column.name
    return {label: name for label, name in found.items() if name}


def by_content(target, samples, targets):
    """A column called "link" may hold addresses or names for them: what stands in it decides."""
    if target in ("key", "online_url") and samples:
        if all(re.match(r"https?://", sample.strip()) for sample in samples):
            return "online_url" if "online_url" in targets else "note"
        is_slug = all(re.fullmatch(r"[\w-]{2,80}", sample.strip()) for sample in samples)
        unique = len(set(samples)) == len(samples)
        return "key" if is_slug and unique and "key" in targets else "note" if "note" in targets else ""
    return target


def guess_separator(texts):
    counts = Counter({mark: sum(text.count(mark) for text in texts) for mark in SEPARATORS})
    if counts["||"]:
        return "||"
    best, count = counts.most_common(1)[0]
    return best if count else "||"


def guess_replacements(rows):
    """`~~` stands for a comma in files whose makers feared commas."""
    return [["~~", ","]] if any("~~" in text for row in rows for text in row.values()) else []


# Applying


@dataclass
class Translator:
    """Turns rows of a foreign file into rows of ours, by a mapping."""

    mapping: Mapping
    header: list  # the file's columns: their order is that of what is joined, and databases don't keep that of JSON
    _names: dict = field(default_factory=dict)

    @cached_property
    def table(self):
        return table_named(self.mapping.table)

    @cached_property
    def columns(self):
        return {column.name: column for column in self.table.all_columns}

    @cached_property
    def targets(self):
        """{target: [columns of the file]}."""
        found = {}
        for name in self.header:
            for target in self.mapping.columns.get(name, []):
                found.setdefault(target, []).append(name)
        return found

    def is_wanted(self, texts):
        """Whether a row is one of those that the mapping picks out."""
        column = self.mapping.only_column
        return not column or cells.fold(texts.get(column, "")) == cells.fold(self.mapping.only_value)

    def translate(self, texts):
        """The rows that one row becomes: `{table or list: [{column: text}, …]}`, its own one first.

        Raises:
            ExchangeError: nothing in it makes an address.
        """
        clean = {name: self.clean(texts.get(name, "")) for name in self.mapping.columns}
        own = {IF_NEW + name: text for name, text in self.mapping.defaults.items() if name in self.columns}
        rows = {self.table.name: [own]}
        for target, names in self.targets.items():
            given = [(name, clean[name]) for name in names if clean[name]]
            if target in self.columns:
                text = "\n".join(text for _name, text in given)
                own[target] = self.linked(self.columns[target], text)
                own.pop(IF_NEW + target, None) if text else None
            elif target == "note":
                own["staff_note"] = "\n".join(f"{name}: {text}" for name, text in given)
            elif target == "whose":
                own |= self.provider(given)
            elif target in words.READERS:
                own |= words.READERS[target](" ".join(text for _name, text in given))
            elif target in ITEM_TARGETS:
                items = [item for _name, text in given for item in words.items(text, self.mapping.separators)]
                if items:
                    rows[target] = words.ROWS[target](items)
        slug = self.slug(clean, own)
        if "slug" in self.columns:
            own["slug"] = slug
        for part in self.table.lists:
            for row in rows.get(part.name, ()):
                row[part.parent] = slug
        if "assurance" in self.columns:
            own[IF_TOUCHED + "assurance"] = "unverified"
        if "sources" in self.columns and self.mapping.source_url:
            own[IF_NEW + "sources"] = self.mapping.source_url
        return rows

    def clean(self, text):
        for old, new in self.mapping.replacements:
            text = text.replace(old, new)
        return words.tidy(text_of_html(words.mend(cells.arm(text))))

    def linked(self, column, text):
        """The natural key of the record that the text names; the text itself where it names none."""
        if column.kind != "link" or not text:
            return text
        return self.names_of(column.target).get(cells.fold(text), text)

    def provider(self, given):
        """The first text that names an institution of ours; else the provider in the registry's own words."""
        for _name, text in given:
            institution = self.names_of(self.columns["institution"].target).get(cells.fold(text))
            if institution:
                return {"institution": institution}
        return {"provider_es": ", ".join(dict.fromkeys(text for _name, text in given))} if given else {}

    def names_of(self, model):
        """{folded name or acronym: natural key} of a model's records; what names two of them names none."""
        if model not in self._names:
            found = {}
            fields = {field.name for field in model._meta.fields}
            columns = [name for name in ("name_es", "name_en", "acronym") if name in fields]
            for slug, *texts in model._base_manager.values_list("slug", *columns):
                for text in filter(None, [slug, *texts]):
                    known = found.setdefault(cells.fold(text), slug)
                    found[cells.fold(text)] = slug if known == slug else ""
            self._names[model] = {text: slug for text, slug in found.items() if slug}
        return self._names[model]

    def slug(self, clean, own):
        """The address: of the columns that are meant for it, else of the name."""
        parts = [clean[name] for name in self.targets.get("key", [])]
        text = "-".join(part for part in parts if part) or own.get("name_es") or own.get("term_es") or ""
        longest = self.columns["slug"].field.max_length if "slug" in self.columns else 80
        slug = slugify(f"{self.mapping.slug_prefix}{text.replace('/', '-')}" if text else "")
        if len(slug) > longest:  # two long names may begin alike
            slug = f"{slug[: longest - 7].strip('-')}-{hashlib.sha256(slug.encode()).hexdigest()[:6]}"
        if "slug" in self.columns and not slug:
            raise ExchangeError(_("has no name, and nothing else to make its address of"))
        return slug

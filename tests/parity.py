"""The figures of a text, and the text of a record's page, for tests that compare what is said in two places."""

import re
from html.parser import HTMLParser

from procedures.models import Office

UNITS = "MXN|UMA|%|hours?|(?:business|calendar) days?|weeks?|months?|years?|originals?|(?:certified )?cop(?:y|ies)"
UNITS += (
    "|horas?|días? (?:hábil|hábiles|natural|naturales)|semanas?|mes(?:es)?|años?|originales|copias?(?: certificadas?)?"
)
MONTHS = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|January|February"
MONTHS += "|March|April|May|June|July|August|September|October|November|December"
FIGURE = re.compile(
    rf"\d{{1,2}} de (?:{MONTHS}) de \d{{4}}|(?:{MONTHS}) \d{{1,2}}, \d{{4}}"  # dates
    r"|\d{2,3} \d{3,4} \d{4}(?: ext\. \d+)?|\d{2} \d{4} \d{4}"  # phones
    rf"|\$?\d[\d,.]*(?<![,.])\s?(?:{UNITS})(?!\w)"  # amounts and numbers with their units
    r"|\d[\d,.:/-]*(?<![,.:/-])"  # every other number
)

# Elements of the page that the sheet leaves out on purpose, by tag and class or label, and why.
ON_THE_WEB_ONLY = {
    "nav toc": "What is on this page.",
    "aside card": "What one can do on a page: ask, print.",
    "section apoyos": "Other records: supports for this stage.",
    "section palabras": "Words of the glossary, which has its own place in an edition.",
    "div completeness": "How much the portal tells of what a law demands: about the portal, not about the record.",
    "span muted": "When a source was consulted; on paper sources are addresses.",
}


class RecordText(HTMLParser):
    """The text of a page's record, without what is for the web only."""

    def __init__(self):
        super().__init__()
        self.parts, self.skipped, self.depth, self.is_inside = [], "", 0, False

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if self.skipped:
            self.depth += tag == self.skipped
            return
        name = f"{tag} {values.get('aria-labelledby') or (values.get('class') or '').partition(' ')[0]}"
        if name in ON_THE_WEB_ONLY:
            self.skipped, self.depth = tag, 1
        self.is_inside = self.is_inside or name == "article record"
        self.parts.append(" " if tag not in ("span", "a", "strong", "dfn") else "")

    def handle_endtag(self, tag):
        self.depth -= tag == self.skipped
        if not self.depth:
            self.skipped = ""
        self.is_inside = self.is_inside and tag != "article"

    def handle_data(self, data):
        if self.is_inside and not self.skipped:
            self.parts.append(data)


def page_text(client, path):
    reader = RecordText()
    reader.feed(client.get(path).content.decode())
    return " ".join("".join(reader.parts).split())


def figures(text):
    """Every amount, number with its unit, date, phone, address of an office and other number in a text."""
    places = {address for address in Office.objects.values_list("address", flat=True) if address and address in text}
    return {re.sub(r"\s+", " ", found) for found in FIGURE.findall(text)} | places

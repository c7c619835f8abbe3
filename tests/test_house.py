"""House rules that a machine can hold: templates, styles, words. Each sweep says how much it visited."""

import re
from pathlib import Path

from django.conf import settings

BASE = settings.BASE_DIR
TEMPLATES = sorted((BASE / "templates").rglob("*.*"))
APPS = ("portal", "procedures", "brochure", "engagement")
PYTHON = sorted(file for app in APPS for file in (BASE / app).rglob("*.py"))

# Names that Django itself looks up.
FOUND_BY_DJANGO = {
    "400.html",
    "403.html",
    "403_csrf.html",
    "404.html",
    "500.html",
    "admin/base_site.html",
    "admin/color_theme_toggle.html",
    "admin/index.html",
    "admin/object_history.html",
    "admin/search_form.html",
}


def template_name(file):
    return str(file.relative_to(BASE / "templates"))


def test_every_template_is_used():
    text = "\n".join(file.read_text() for file in [*TEMPLATES, *PYTHON])
    named = set(re.findall(r"""["']([\w./-]+\.(?:html|svg|txt|xml))(?:#[\w-]+)?["']""", text))
    names = {template_name(file) for file in TEMPLATES}
    assert names - named - FOUND_BY_DJANGO == set()
    assert len(names) > 50


def test_templates_hold_no_inline_style_or_script():
    """The content-security policy would refuse them; the file for screens carries its own style, known by its hash."""
    forbidden = re.compile(r"""<style\b|\sstyle=|\son\w+=["']|<script(?![^>]*\bsrc=)|javascript:""", re.IGNORECASE)
    # WeasyPrint reads print templates from memory: no policy, but the same rule keeps their looks in pdf.css.
    found = [template_name(file) for file in TEMPLATES if forbidden.search(file.read_text())]
    assert found == ["brochure/print.html"]
    assert len(TEMPLATES) > 50


def test_stylesheets_and_templates_load_nothing_from_other_hosts():
    outside = re.compile(r"""(?:src|href)=["']https?://|url\(["']?https?://|@import""")
    files = [*TEMPLATES, *(BASE / "static").rglob("*.css")]
    found = [
        str(file.relative_to(BASE))
        for file in files
        for line in file.read_text().splitlines()
        if outside.search(line) and "<a " not in line
    ]
    assert found == []
    assert len(files) > 50


def test_stylesheets_use_only_tokens_that_exist():
    tokens = set(re.findall(r"(--[\w-]+)\s*:", (BASE / "static/css/tokens.css").read_text()))
    for sheet in ("site.css", "pdf.css"):
        text = (BASE / "static/css" / sheet).read_text()
        used = set(re.findall(r"var\((--[\w-]+)(?!.*,)", text)) - set(re.findall(r"(--[\w-]+)\s*:", text))
        assert used <= tokens, f"{sheet}: {used - tokens}"


def test_no_module_is_a_junk_drawer():
    drawers = {"utils", "helpers", "common", "services", "mixins", "misc"}
    assert [str(file) for file in PYTHON if Path(file).stem in drawers or file.parent.name in drawers] == []
    assert len(PYTHON) > 60

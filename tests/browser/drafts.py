"""Drafts that staff begin to write in the browser."""


def begin_support(page, name):
    """Opens the form of a new support and fills in what every one needs; it is left to the caller to save it."""
    page.goto("/admin/procedures/programversion/add/")
    page.locator("#id_name_es").fill(name)
    page.locator("#id_kind").select_option("grant")
    page.locator("#id_level").select_option("municipal")
    page.locator("#id_institution").select_option(index=1)

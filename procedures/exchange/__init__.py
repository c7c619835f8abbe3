"""The catalogue's tables out to files and back: what they hold, how files are read, what an import would do.

tables     which tables and columns there are, made from the models
cells      what stands in a cell ↔ a value
records    the rows of the database as values, in the order of the files
writing    values → CSV, XLSX, a ZIP of everything; the same content gives the same bytes
reading    files of whatever encoding, delimiter and shape → rows of texts with their numbers
mapping    a foreign registry's columns → our tables
spool      rows on disk, found again by record: memory stays flat
planning   rows → what each would create, change, leave or why it is refused; writes nothing
applying   the same plan, carried out in one transaction
runs       an import from upload to end
"""

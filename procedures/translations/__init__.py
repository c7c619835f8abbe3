"""What of the content is translated, what is not, and what no longer says what the Spanish says.

`tables` says which records have texts, `memory` keeps which text translates which, `progress` counts, `record` holds
the texts of one record side by side.
"""

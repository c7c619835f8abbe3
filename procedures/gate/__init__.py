"""The quality gate: what is looked at before a version is published, what blocks and what only warns.

`placeholders` and `checks` are pure; `reading` gives them a version with all that they look at.
"""

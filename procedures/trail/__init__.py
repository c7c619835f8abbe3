"""The change log: who changed what, when, before and after, for every table.

- `acting` says who is at work, for requests, tasks and commands;
- `coverage` says which tables and columns are kept, and which are not and why;
- `triggers` lets the database itself write a line for every change, however it comes about;
- `story` reads the lines again, in words;
- `retention` is the one way in which lines go.
"""

"""The staff's side of the dialogue and of the commitments, and the reviewing body's."""

from engagement.admin import commitments, threads

__all__ = ["commitments", "threads"]

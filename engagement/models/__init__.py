"""Dialogue with citizens, and the open-government commitment with its milestones."""

from engagement.models.commitments import (
    Commitment,
    CommitmentEvent,
    Evidence,
    Milestone,
    StatusUpdate,
    Verdict,
)
from engagement.models.dialogue import OfficialAnswer, Post, Thread

__all__ = [
    "Commitment",
    "CommitmentEvent",
    "Evidence",
    "Milestone",
    "OfficialAnswer",
    "Post",
    "StatusUpdate",
    "Thread",
    "Verdict",
]

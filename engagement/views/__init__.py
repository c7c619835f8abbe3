"""The public pages of the dialogue and of the commitments."""

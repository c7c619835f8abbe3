"""What the catalogue tells whoever listens: search, page cache. Sent after the transaction is committed."""

from django.dispatch import Signal

# A version went live. Sent with sender = its class and `version`.
version_published = Signal()

# A version was withdrawn and none took its place. Sent with sender = its class and `version`.
version_retired = Signal()

"""What the portal adds to the admin: accounts, and what readers did not find. Django finds this module by its name."""

from portal.accounts import admin as accounts
from portal.search import admin as searches

__all__ = ["accounts", "searches"]

"""What the portal adds to the admin: accounts. Django finds this module by its name."""

from portal.accounts import admin

__all__ = ["admin"]

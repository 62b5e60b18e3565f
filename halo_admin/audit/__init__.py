"""The audit: who did what, when and from where, for an account's admins. Rooms call `audit.note`."""

from .noting import KINDS, Somebody, here, note

__all__ = ["KINDS", "Somebody", "here", "note"]

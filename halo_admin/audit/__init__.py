"""The audit: who did what, when and from where, for an account's admins. Rooms call `audit.note`."""

from .noting import KINDS, SHELL_NAME, Somebody, here, note, note_now

__all__ = ["KINDS", "SHELL_NAME", "Somebody", "here", "note", "note_now"]

"""Bad behaviour on command (halo-api.md 5.2): one function per named fault, gathered by importing the modules here."""

from . import auth, data, network, paging, records, throttle, writes
from .book import Book, UnknownFault
from .kind import KINDS

__all__ = ["KINDS", "Book", "UnknownFault", "auth", "data", "network", "paging", "records", "throttle", "writes"]

"""Normal forms of phones, websites, names and e-mail addresses: what is compared when records are matched.

A key is a short text (at most KEY_LENGTH characters, or None where the value tells nothing); two values with one
key are taken for the same. Keys never contain blanks or control characters, so any database takes them.
"""

from halo_admin.normal.emails import email_key
from halo_admin.normal.folding import KEY_LENGTH, sort_key, words
from halo_admin.normal.names import name_key
from halo_admin.normal.phones import phone_key
from halo_admin.normal.sameness import same
from halo_admin.normal.websites import web_address, website_key

__all__ = [
    "KEY_LENGTH",
    "email_key",
    "name_key",
    "phone_key",
    "same",
    "sort_key",
    "web_address",
    "website_key",
    "words",
]

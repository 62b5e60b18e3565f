"""The types a row's fields are declared with: what Halo should send, and how to read what it sends instead."""

from typing import Annotated

import msgspec
from msgspec import UnsetType

from . import values

OwnId = Annotated[int, msgspec.Meta(ge=1, le=values.MOST_ID), values.own_id]
Text = Annotated[str | None, values.text]
Memo = Annotated[str | None, values.memo]
LongText = Annotated[str | None, values.long_text]
Flag = Annotated[bool | None, values.flag]
Reference = Annotated[int | float | None, values.reference]
Amount = Annotated[int | float | None, values.amount]

# What lists leave to the details: a missing key is not the same as a blank one.
MaybeText = Annotated[str | UnsetType | None, values.text]
MaybeReference = Annotated[int | float | UnsetType | None, values.reference]
MaybeMoment = Annotated[str | UnsetType | None, values.text]

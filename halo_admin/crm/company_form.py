"""The form of a company."""

from ..db import db, owned
from . import editing
from .models import CompanyType
from .salespeople import RecordForm
from .types import NO_TYPE, type_names


class CompanyForm(RecordForm):
    inputs = {"phone": "tel", "type_id": "choice", "salesperson_id": "choice", "notes": "lines"}
    needed = ("name",)

    def __init__(self, account_id: int):
        types = {str(type_id): name for type_id, name in type_names(account_id).items()}
        super().__init__(account_id, {"type_id": {"": NO_TYPE} | types})

    def errors(self, record, changed):
        unnamed = {"name": "Type a name."} if changed.get("name") == "" else {}
        found = super().errors(record, changed) | unnamed
        if changed.get("type_id") and "type_id" not in found and not self._stays(int(changed["type_id"])):
            found["type_id"] = editing.GONE
        return found

    def _stays(self, type_id):
        """Whether a type is still there, and will be until the end of this transaction."""
        kind = owned(CompanyType, self.account_id).with_only_columns(CompanyType.id).where(CompanyType.id == type_id)
        return db.session.scalar(kind.with_for_update(read=True, key_share=True)) is not None

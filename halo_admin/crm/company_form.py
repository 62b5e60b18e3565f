"""The form to edit a company."""

from . import editing
from .types import NO_TYPE, type_names


class CompanyForm(editing.Form):
    inputs = {"phone": "tel", "type_id": "choice"}
    needed = ("name",)

    def __init__(self, account_id: int):
        types = {str(type_id): name for type_id, name in type_names(account_id).items()}
        super().__init__(account_id, {"type_id": {"": NO_TYPE} | types})

    def errors(self, record, changed):
        unnamed = {"name": "Type a name."} if changed.get("name") == "" else {}
        return super().errors(record, changed) | unnamed

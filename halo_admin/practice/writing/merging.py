"""Merging clients and users, and what becomes of the one that is merged away (unknown on a real tenant: a switch)."""

from ..tenant import Tenant


def merge_client(tenant: Tenant, old: int, new: int, afterwards: str) -> None:
    """Give a client's sites, so its users, and its notes to another one; then it is gone, or inactive."""
    with tenant.lock:
        for key in tenant.notes_of_client(old):
            tenant.save("notes", key, {"client_id": new})
        for site in list(tenant.sites_of(old)):
            tenant.save("sites", site["id"], {"client_id": new})
        _leave("clients", tenant, old, afterwards)


def merge_user(tenant: Tenant, old: int, new: int, afterwards: str) -> None:
    """Give a user's notes to another one; then it is gone, or inactive."""
    with tenant.lock:
        owner = tenant.get("users", old)
        for key in tenant.notes_of_client(tenant.client_of_user(owner)) if owner else []:
            if tenant.get("notes", key)["user_id"] == old:
                tenant.save("notes", key, {"user_id": new})
        _leave("users", tenant, old, afterwards)


def _leave(table: str, tenant: Tenant, old: int, afterwards: str) -> None:
    if afterwards == "inactive":
        tenant.save(table, old, {"inactive": True})
    else:
        tenant.drop(table, old)

"""What roles are called on screens; who has none is of No type."""

NAMES = {"marketer": "Marketer", "salesperson": "Salesperson", "admin": "Admin"}
NO_TYPE = "No type"


def told(roles: list[str]) -> str:
    """Roles as people read them: "Admin, Salesperson", or "No type"."""
    return ", ".join(name for key, name in NAMES.items() if key in roles) or NO_TYPE

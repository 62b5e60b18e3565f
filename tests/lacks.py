"""What records lack, as the database tells it row by row: what is kept of it must be the same after every test."""

import sqlalchemy as sa

LINKED = """EXISTS (SELECT 1 FROM halo_records AS h JOIN halo_tenants AS t ON t.id = h.tenant_id WHERE t.current
    AND t.account_id = r.account_id AND h.kind = '{halo}' AND h.ours_id = r.id AND h.follows_id IS NULL)"""
LISTED = "EXISTS (SELECT 1 FROM list_members AS m WHERE m.contact_id = r.id AND m.left_at IS NULL)"
HAVING = {
    ("companies", "link"): LINKED.format(halo="client"),
    ("contacts", "link"): LINKED.format(halo="user"),
    ("opportunities", "link"): LINKED.format(halo="opportunity"),
    ("contacts", "list"): LISTED,
}
TRUE = " UNION ALL ".join(
    f"SELECT r.account_id, '{table}' AS kind, '{what}' AS what, r.id AS record_id FROM {table} AS r WHERE NOT {has}"
    for (table, what), has in HAVING.items()
)
KEPT = "SELECT account_id, kind, what, record_id FROM lacks"
# one statement, for whoever still writes
DIFFERENCE = f"""WITH truth AS ({TRUE}), kept AS ({KEPT})
SELECT 'is not kept', * FROM (SELECT * FROM truth EXCEPT SELECT * FROM kept) AS missing
UNION ALL SELECT 'is not so', * FROM (SELECT * FROM kept EXCEPT SELECT * FROM truth) AS wrong"""


def assert_kept(url) -> None:
    """What the database at this address keeps of what records lack is true."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        if sa.inspect(connection).has_table("lacks"):
            wrong = [tuple(row) for row in connection.execute(sa.text(DIFFERENCE))]
            assert not wrong, wrong

"""Where a person sees a record in Halo itself."""

# Halo's own pages are not documented; these addresses are those that programs which link to them use
PAGES = {
    "client": "/customers?mainview=client&clientid={id}",
    "site": "/customers?mainview=site&siteid={id}",
    "user": "/customers?mainview=user&userid={id}",
    "opportunity": "/tickets?id={id}",
}


def page_of(address: str, kind: str, halo_id: int) -> str:
    """The page of a record (a key of PAGES) of the Halo at this address."""
    return address.rstrip("/") + PAGES[kind].format(id=halo_id)

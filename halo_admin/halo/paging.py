"""When a list of Halo's is read to its end (halo-api.md 2.1): a list can repeat, lie about its length or cut pages."""

PAGE_SIZE = 100  # Halo cuts larger pages to this without a word


def paged(page_no: int, page_size: int = PAGE_SIZE) -> dict[str, object]:
    """The parameters of one page, from 1 on, sorted by id: rows that come and go then shift as little as can be."""
    return {"pageinate": True, "page_no": page_no, "page_size": page_size, "order": "id", "orderdesc": False}


def is_last(received: int, new: int, seen: int, record_count: int | None, page_size: int = PAGE_SIZE) -> bool:
    """Whether a page was the last one.

    received: rows on the page; new: of them, with ids not seen before; seen: different ids so far, this page
    included; record_count: what Halo says there is (None when it does not).
    """
    if received == 0 or new == 0:
        return True
    return received < min(page_size, PAGE_SIZE) and seen >= (record_count or 0)


def is_gap(received: int, page_no: int, seen: int, record_count: int | None, page_size: int = PAGE_SIZE) -> bool:
    """Whether a page is empty in the middle of a list, by what Halo says there is: the next one is worth a look."""
    return received == 0 and seen < (record_count or 0) and page_no * min(page_size, PAGE_SIZE) < record_count


def is_complete(seen: int, record_count: int | None) -> bool:
    """Whether a finished sweep saw all that Halo says there is; if not, what is missing proves nothing."""
    return seen >= (record_count or 0)

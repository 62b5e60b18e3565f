"""Pages that are kept as they were written: nobody can tell, but by the time it takes."""

from halo_admin.practice.messages import Answer
from halo_admin.practice.written import Written


def test_a_page_is_made_once_for_each_question_and_state():
    written, made = Written(), []

    def ask(state, key):
        return written.answer(state, key, lambda: made.append((state, key)) or Answer(data=[state, key])).written()

    assert [ask(1, "a"), ask(1, "a"), ask(1, "b"), ask(2, "a")] == [b'[1,"a"]', b'[1,"a"]', b'[1,"b"]', b'[2,"a"]']
    assert made == [(1, "a"), (1, "b"), (2, "a")]


def test_what_is_kept_is_bounded():
    written, made = Written(most_bytes=100), []
    for key in (*range(50), 49, 0):
        written.answer(1, key, lambda key=key: made.append(key) or Answer(data=key))
    assert made == [*range(50), 0]


def test_a_page_shows_what_was_changed_switched_and_broken_since(start, ask):
    halo = start()
    asking = ask(halo)
    first = asking.page("/Client")
    assert asking.page("/Client") == first
    halo.change("Client", record={"id": first["clients"][3]["id"], "name": "Renamed Ltd"})
    assert asking.page("/Client")["clients"][3]["name"] == "Renamed Ltd"
    halo.switches.turn("website_in_list", False)
    assert "website" not in asking.page("/Client")["clients"][3]
    fault = halo.set_fault("count-zero")
    assert (asking.page("/Client")["record_count"], fault.fired) == (0, 1)
    halo.clear_faults()
    halo.reset()
    assert asking.page("/Client") == first

"""What may stand in a field: any text at all, lone surrogates and NUL included."""

from hypothesis import settings
from hypothesis import strategies as st

patiently = settings(deadline=None, max_examples=300)  # no deadline: the machine may be busy with other tests

anything = st.text(alphabet=st.characters(codec=None, categories=None), max_size=80)


def made_of(*pieces: str) -> st.SearchStrategy[str]:
    """Texts put together from such pieces, which come nearer to real values than any text does."""
    return st.lists(st.sampled_from(pieces) | st.text(max_size=3), max_size=12).map("".join)

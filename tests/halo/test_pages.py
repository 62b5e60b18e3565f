"""Links into Halo lead to its own pages."""

from halo_admin.halo.pages import page_of


def test_a_client_has_a_page_in_halo():
    address = "https://acme.halopsa.com"
    assert page_of(address, "client", 214) == f"{address}/customers?mainview=client&clientid=214"
    assert page_of(f"{address}/", "user", 812) == f"{address}/customers?mainview=user&userid=812"

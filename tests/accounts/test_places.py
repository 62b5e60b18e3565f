"""The countries and time zones people choose from."""

from zoneinfo import ZoneInfo

from phonenumbers import SUPPORTED_REGIONS

from halo_admin.accounts import places


def test_every_country_with_phone_numbers_has_a_name_and_a_code_to_dial():
    assert set(places.countries()) == set(SUPPORTED_REGIONS)
    assert places.dialled("GB") == "United Kingdom (+44)"
    assert all(name and not name.isupper() for name in places.countries().values())


def test_countries_stand_in_the_order_of_their_names():
    first = list(places.countries().values())[:3]
    assert first == ["Afghanistan", "Åland Islands", "Albania"]


def test_every_zone_to_choose_exists_and_stands_once_in_its_region():
    regions = places.zones_by_region()
    zones = [zone for region in regions.values() for zone in region]
    assert len(zones) == len(set(zones)) > 400
    assert all(ZoneInfo(zone) and zone.casefold() in places.time_zones() for zone in zones)
    assert regions["America"]["America/Argentina/Buenos_Aires"] == "Argentina, Buenos Aires"
    assert "Asia/Calcutta" not in zones  # an older name of Asia/Kolkata

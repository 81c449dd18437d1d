"""The address a request is counted under: nobody can choose it, nobody shares the proxy's."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.app import create_app
from feedback_app.web.client_address import client_address, network_of, peer_is_trusted
from tests.support.office import Office
from tests.support.senders import with_settings

PROXIES = ("192.0.2.1", "10.0.0.0/8", "2001:db8::/32")


@pytest.fixture
def address_of(sqlite_office: Office):
    """Return a function that gives the client address of a request."""

    def ask(peer: str, *passed_on: str, proxies: tuple[str, ...] = PROXIES) -> str | None:
        app = create_app(parts=with_settings(sqlite_office, trusted_proxies=proxies))
        headers = [("X-Forwarded-For", value) for value in passed_on]
        with app.test_request_context(headers=headers, environ_base={"REMOTE_ADDR": peer}):
            return client_address()

    return ask


def test_without_a_proxy_the_address_is_that_of_the_peer(address_of) -> None:
    assert address_of("198.51.100.7", proxies=()) == "198.51.100.7"
    assert address_of("198.51.100.7", "203.0.113.9", proxies=()) == "198.51.100.7"
    assert address_of("198.51.100.7", "203.0.113.9") == "198.51.100.7"


def test_behind_a_proxy_the_address_is_the_last_that_is_not_a_proxy(address_of) -> None:
    assert address_of("192.0.2.1", "203.0.113.9") == "203.0.113.9"
    assert address_of("192.0.2.1", "203.0.113.9, 10.1.2.3") == "203.0.113.9"
    assert address_of("10.1.2.3", "198.51.100.7, 203.0.113.9") == "203.0.113.9", (
        "the first was brought"
    )
    assert address_of("2001:db8::1", "2a00::5") == "2a00::5"


def test_ports_and_repeated_headers_of_proxies_are_read(address_of) -> None:
    assert address_of("192.0.2.1", "203.0.113.9:4711") == "203.0.113.9"
    assert address_of("192.0.2.1", "[2a00::5]:4711") == "2a00::5"
    assert address_of("192.0.2.1", "198.51.100.7", "203.0.113.9") == "203.0.113.9"
    assert address_of("::ffff:192.0.2.1", "::ffff:203.0.113.9") == "203.0.113.9"


@pytest.mark.parametrize("value", ["", "unknown", "_hidden, 10.1.2.3", "203.0.113.9,", "10.1.2.3"])
def test_the_address_is_unknown_if_the_proxy_names_no_client(address_of, value: str) -> None:
    assert address_of("192.0.2.1", value) is None


def test_the_address_is_unknown_if_the_proxy_sends_no_header(address_of) -> None:
    assert address_of("192.0.2.1") is None


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "", "sock"])
def test_the_address_is_unknown_for_an_untrusted_local_peer(address_of, peer: str) -> None:
    for proxies in ((), PROXIES, ("127.0.0.2",)):
        assert address_of(peer, "203.0.113.9", proxies=proxies) is None


def test_a_local_proxy_is_trusted_if_it_is_in_the_settings(address_of) -> None:
    assert address_of("127.0.0.1", "203.0.113.9", proxies=("127.0.0.1",)) == "203.0.113.9"


def test_any_header_gives_a_valid_address_or_none(sqlite_office: Office) -> None:
    app = create_app(parts=with_settings(sqlite_office, trusted_proxies=("192.0.2.1",)))

    @given(st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60))
    def holds(value: str) -> None:
        peer = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": value}
        with app.test_request_context(environ_overrides=peer):
            assert peer_is_trusted()
            found = client_address()
            assert found is None or ip_address(found)

    holds()


def test_rate_limits_count_ipv4_by_address_and_ipv6_by_network() -> None:
    assert network_of(ip_address("192.0.2.1")) == "192.0.2.1"
    assert network_of(ip_address("2001:db8:1:2:ffff::9")) == "2001:db8:1:2::/64"
    assert network_of(ip_address("fe80::1%eth0")) == "fe80::/64"

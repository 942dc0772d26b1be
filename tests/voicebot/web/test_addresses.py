"""Only names of this server are answered, and only its own pages may change anything."""

import pytest

from voicebot.web.addresses import Addresses
from voicebot.web_settings import ConsoleSection

LOCAL = Addresses(ConsoleSection())
NAMED = Addresses(ConsoleSection(bind="0.0.0.0", url="https://voice.example.com"))  # type: ignore[arg-type]
OPEN = Addresses(ConsoleSection(bind="0.0.0.0"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("addresses", "host", "ours"),
    [
        (LOCAL, "127.0.0.1:8080", True),
        (LOCAL, "localhost:8080", True),
        (LOCAL, "[::1]:8080", True),
        (LOCAL, "[::1]", True),
        (LOCAL, "localhost:9999", False),
        (LOCAL, "evil.example:8080", False),
        (LOCAL, "", False),
        (NAMED, "voice.example.com", True),
        (NAMED, "VOICE.example.com", True),
        (NAMED, "127.0.0.1:8080", True),
        (NAMED, "10.0.0.5:8080", False),
        (NAMED, "voice.example.com.evil.example", False),
        (OPEN, "10.0.0.5:8080", True),
        (OPEN, "", False),
    ],
)
def test_names_that_were_pointed_at_this_server_are_not_ours(addresses: Addresses, host: str, ours: bool) -> None:
    assert addresses.is_ours(host) == ours


@pytest.mark.parametrize(
    ("addresses", "origin", "host", "ours"),
    [
        (LOCAL, "http://127.0.0.1:8080", "127.0.0.1:8080", True),
        (LOCAL, "http://127.0.0.1:8081", "127.0.0.1:8080", False),
        (LOCAL, "http://localhost:8080", "127.0.0.1:8080", False),
        (LOCAL, "https://127.0.0.1:8080", "127.0.0.1:8080", False),
        (LOCAL, "null", "127.0.0.1:8080", False),
        (LOCAL, "", "127.0.0.1:8080", False),
        (LOCAL, "http://127.0.0.1:8080/page", "127.0.0.1:8080", False),
        (LOCAL, "http://127.0.0.1:8080.evil.example", "127.0.0.1:8080", False),
        (NAMED, "https://voice.example.com", "voice.example.com", True),
        (NAMED, "https://evil.example", "voice.example.com", False),
    ],
)
def test_only_the_same_origin_is_our_page(addresses: Addresses, origin: str, host: str, ours: bool) -> None:
    assert addresses.is_our_page(origin, host=host, scheme="http") == ours

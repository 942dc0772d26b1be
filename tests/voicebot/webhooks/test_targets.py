"""A webhook reaches what the settings name and nothing else, whatever its address or its name's address looks like."""

from ipaddress import ip_address

import pytest
from pydantic import ValidationError

from voicebot.web_settings import WebhookSection
from voicebot.webhooks.targets import TargetRefused, Targets

ALLOWED = Targets(WebhookSection(allow="crm.example.com, .corp.example, 10.1.0.0/16, 127.0.0.1").allow)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "crm.example.com/hook",
        "ftp://crm.example.com/",
        "file:///etc/passwd",
        "gopher://10.1.0.1/",
        "https://user:password@crm.example.com/",
        "https://crm.example.com:99999/",
        "https://[::1/",
        "https:///path",
        "https://a..corp.example/",
        f"https://{'a' * 64}.corp.example/",
        "https://crm.example.com/\x01",
        "https://crm.example.com/a b",
        "https://crm.example.com/钩子",
    ],
)
def test_what_is_no_address_for_a_webhook_is_refused(url: str) -> None:
    with pytest.raises(TargetRefused):
        ALLOWED.check(url)


@pytest.mark.parametrize("url", ["https://crm.example.com/hook", "http://10.1.2.3:8000/x", "https://a.b.corp.example/"])
def test_an_allowed_address_passes(url: str) -> None:
    ALLOWED.check(url)


def test_without_the_setting_nothing_is_allowed() -> None:
    with pytest.raises(TargetRefused, match=r"webhooks\.allow"):
        Targets(()).check("https://crm.example.com/hook")


@pytest.mark.parametrize(
    ("url", "address", "allowed"),
    [
        ("https://crm.example.com/", "93.184.215.14", True),
        ("https://crm.example.com/", "10.9.9.9", True),
        ("https://crm.example.com/", "169.254.169.254", False),
        ("https://crm.example.com/", "0.0.0.0", False),
        ("https://crm.example.com/", "224.0.0.1", False),
        ("https://crm.example.com/", "fe80::1", False),
        ("http://crm.example.com/", "93.184.215.14", False),
        ("http://crm.example.com/", "10.9.9.9", True),
        ("https://evil.example/", "10.1.2.3", True),
        ("https://evil.example/", "10.2.2.3", False),
        ("https://evil.example/", "127.0.0.2", False),
        ("https://corp.example.evil.example/", "93.184.215.14", False),
        ("https://notcorp.example/", "93.184.215.14", False),
    ],
)
def test_the_address_behind_the_name_is_what_counts(url: str, address: str, allowed: bool) -> None:
    target = ALLOWED.check(url)
    if allowed:
        ALLOWED.check_address(target, ip_address(address))
    else:
        with pytest.raises(TargetRefused):
            ALLOWED.check_address(target, ip_address(address))


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/", "http://2130706433/", "http://127.1/", "http://[::ffff:10.2.0.1]/"]
)
async def test_unusual_spellings_of_an_address_are_judged_as_what_they_are(address: str) -> None:
    only_ten = Targets(WebhookSection(allow="10.1.0.0/16").allow)  # type: ignore[arg-type]
    with pytest.raises((TargetRefused, OSError)):
        await only_ten.resolve(only_ten.check(address))


@pytest.mark.parametrize(
    "entry", ["10.1.0.0/99", "10.1.0.1/16", "https://crm.example.com", "*", "a..b", "-a", "300.1.1.1"]
)
def test_a_wrong_entry_is_refused_where_the_settings_are_read(entry: str) -> None:
    with pytest.raises(ValidationError):
        WebhookSection(allow=entry)  # type: ignore[arg-type]

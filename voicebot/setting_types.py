"""What settings are made of: sections, and values with their checks."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer


def port_range(value: object) -> object:
    """'20000-29999' -> range(20000, 30000)."""
    if not isinstance(value, str):
        return value
    first, dash, last = value.partition("-")
    if not (dash and first.strip().isdigit() and last.strip().isdigit()):
        raise ValueError("must be two port numbers, as in '20000-29999'")
    ports = range(int(first), int(last) + 1)
    if not (1024 <= int(first) < int(last) <= 65535):
        raise ValueError("must lie within 1024-65535, the lower number first")
    return ports


def comma_separated(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def topic_level(value: str) -> str:
    if not value or any(sign in value for sign in "/+#\0"):
        raise ValueError("must not be empty nor contain / + #: it is one level of an MQTT topic")
    return value


def broker_address(value: str) -> str:
    url = urlsplit(value)
    if value != "embedded" and (url.scheme not in ("mqtt", "mqtts") or not url.hostname or url.username):
        raise ValueError("must be 'embedded', mqtt://host:port or mqtts://host:port; user and password are own keys")
    return value


def web_address(value: str) -> str:
    url = urlsplit(value)
    if url.scheme not in ("http", "https") or not url.hostname or url.path.rstrip("/") or url.query or url.username:
        raise ValueError("must be http://host:port or https://host, without a path")
    return value.rstrip("/")


def http_address(value: str) -> str:
    url = urlsplit(value)
    if url.scheme not in ("http", "https") or not url.hostname or url.username:
        raise ValueError("must be http://host:port/path or https://host/path; the key is a setting of its own")
    return value


def network_or_name(value: str) -> str:
    """An allowed target: 10.1.0.0/16, 10.1.2.3, fd00::/8, crm.example.com, or .example.com for all names in it."""
    if any(sign in value for sign in "/:") or value.replace(".", "").isdigit():
        return str(ip_network(value))
    if not re.fullmatch(r"\.?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*", value):
        raise ValueError("must be a network, an address, a host's name, or .domain for all its hosts")
    return value.lower()


PortRange = Annotated[
    range, BeforeValidator(port_range), PlainSerializer(lambda ports: f"{ports.start}-{ports.stop - 1}")
]
Networks = Annotated[tuple[IPv4Network, ...], BeforeValidator(comma_separated)]
Languages = Annotated[tuple[Literal["zh", "yue", "en"], ...], BeforeValidator(comma_separated)]
Names = Annotated[tuple[str, ...], BeforeValidator(comma_separated)]
Targets = Annotated[tuple[Annotated[str, AfterValidator(network_or_name)], ...], BeforeValidator(comma_separated)]
Port = Annotated[int, Field(ge=1, le=65535)]
TopicLevel = Annotated[str, AfterValidator(topic_level)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

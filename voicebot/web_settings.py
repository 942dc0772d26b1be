"""Settings of the web process: the console, signing in through a company's own provider, webhooks."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, PositiveFloat, PositiveInt, SecretStr, model_validator

from voicebot.setting_types import Networks, Port, Section, Targets, http_address, web_address


class OidcSection(Section):
    """Signing in with the company's OpenID provider. Off unless `issuer` is set."""

    issuer: Annotated[str, AfterValidator(http_address)] | None = None
    """As the provider names itself, without a slash at the end unless it has one there; its description is at
    ISSUER/.well-known/openid-configuration. The provider leads back to `console.url`/sign-in/provider/back."""
    client_id: str = ""
    """What the provider calls this system."""
    client_secret: SecretStr | None = None
    """What it gave this system to sign in with."""
    scope: str = "openid profile"
    """What is asked of the provider."""
    claim: str = "sub"
    """What of a person's ID token is compared with `voicebot accounts add --oidc`: one that people cannot change."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.issuer and not self.client_id:
            raise ValueError("console.oidc.client_id: set it to what the provider calls this system")
        return self


class ConsoleSection(Section):
    """The web process: pages for agents, supervisors and the operator, and the API."""

    enabled: bool = True
    """Whether `voicebot serve` starts it."""
    bind: IPv4Address = IPv4Address("127.0.0.1")
    """Address listened on. Other than this machine's own, encrypt: `certificate` and `key`, or a proxy and `url`."""
    port: Port = 8080
    """Port listened on."""
    url: Annotated[str, AfterValidator(web_address)] | None = None
    """Where people open it, as https://voicebot.example.com: with it, requests under any other name are refused."""
    certificate: Path | None = None
    """PEM file with the certificate chain."""
    key: Path | None = None
    """PEM file with its private key."""
    trusted_proxies: Networks = ()
    """Reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    idle_minutes: PositiveFloat = 60.0
    """A session in which no page was open for this long ends."""
    session_hours: PositiveFloat = 12.0
    """After this long everybody signs in again; who is in a call then, after it, or two hours later at the latest."""
    api_requests_per_minute: PositiveInt = 600
    """Of one API key or person, on average; a tenth of it at once."""
    oidc: OidcSection = OidcSection()

    @model_validator(mode="after")
    def _encrypted_whole(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("console.certificate and console.key belong together: set both or none")
        return self


class WebhookSection(Section):
    """Which other machines are told of events. Whoever may add a webhook must not reach what is in the network."""

    allow: Targets = ()
    """Hosts that webhooks may go to: names ("crm.example.com", ".example.com" for all in it) and networks
    ("10.1.0.0/16"). Default: none."""
    timeout_s: Annotated[float, Field(gt=0, le=10)] = 10.0
    """For one request, from the look-up of the name to the answer's first line."""
    ca_file: Path | None = None
    """CA certificate of receivers, besides those that this machine trusts."""
    keep_days: PositiveInt = 7
    """How long deliveries that were made or given up can still be looked at."""

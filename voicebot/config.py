"""The system's settings: environment (VOICEBOT_SECTION__KEY) over a TOML file over the defaults."""

from __future__ import annotations

import difflib
import os
import socket
import tomllib
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from voicebot.browser_phone_settings import BrowserPhoneSection
from voicebot.demo import SAMPLE_COMPANY
from voicebot.privacy.settings import PrivacySection, RetentionSection
from voicebot.setting_types import (
    Languages,
    Networks,
    Port,
    PortRange,
    Section,
    TopicLevel,
    broker_address,
    http_address,
)
from voicebot.trunk.settings import TrunkSection
from voicebot.web_settings import ConsoleSection, WebhookSection

ENV_PREFIX = "VOICEBOT_"
DEFAULT_FILE = Path("voicebot.toml")
_SECRET_KEYS = ("password", "token", "api_key", "client_secret", "credential", "ice_servers")
"""What was given for them is never repeated."""


class ConfigError(Exception):
    """A setting is unknown or wrong. The message names where it was set, the key, and what would be right."""


class SipSection(Section):
    """Where calls come in."""

    bind: IPv4Address = IPv4Address("127.0.0.1")
    """Address listened on. 0.0.0.0 lets other machines ring; then set `peers` as well."""
    port: Port = 5060
    """Port listened on (UDP)."""
    advertised_ip: IPv4Address | None = None
    """Address put into Contact and SDP where it differs from `bind` (NAT). Default: `bind`, or the address
    that faces the peer when `bind` is 0.0.0.0."""
    rtp_ports: PortRange = range(20000, 30000)
    """UDP ports for the audio; each call takes two."""
    max_calls: PositiveInt = 100
    """Lines in use at a time, ringing and busy notices included; what is beyond is refused."""
    peers: Networks = tuple(
        IPv4Network(network) for network in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    )
    """Networks whose SIP is answered; everything else is dropped unread."""
    media_timeout_s: PositiveFloat = 30.0
    """A call without RTP for this long, while not on hold, is ended."""
    user_agent: str = "voicebot"
    """Told in SIP's User-Agent."""


class AdmissionSection(Section):
    """When a new caller hears that all lines are busy, so that the calls under way stay fast."""

    max_calls: PositiveInt | None = None
    """Calls in conversation at a time. Default: 20 for each core that the process may use. (`sip.max_calls` counts
    every call that rings, those that hear the notice as well, and refuses what is beyond with SIP alone.)"""
    max_recognition_ms: PositiveFloat = 600.0
    """From the end of a stretch of speech to its words, the recogniser's queue included (95th percentile of the last
    seconds). The first call is always taken. Raise it for a large model on a CPU, which takes seconds."""
    max_loop_lag_ms: PositiveFloat = 20.0
    """How late the media process may wake, again and again, before it takes no more calls: one packet's time."""


class CompanySection(Section):
    dir: Path = SAMPLE_COMPANY
    """Folder with intents, flows, prompts, knowledge. Default: the sample company."""


class AgentsSection(Section):
    """The phones of the people in the company's agents.csv. Their timers are in routing.toml, [presence]."""

    passwords_file: Path | None = None
    """TOML file, readable by its owner only, with a line `8001 = "password"` for each phone that registers. Default:
    none may; phones with a fixed address in agents.csv are rung all the same."""
    always_open: bool = False
    """Humans work around the clock, whatever hours company.toml gives: for trying things out."""


class StoreSection(Section):
    url: str | None = None
    """SQLAlchemy URL: sqlite:///path or postgresql+psycopg://user@host/db. Default: SQLite in `data_dir`."""
    lock_patience_s: PositiveFloat = 10.0
    """How long a write waits for a locked or unreachable database before it gives up."""


class EventSection(Section):
    broker: Annotated[str, AfterValidator(broker_address)] = "embedded"
    """"embedded", or an outside broker's mqtt://host:port or mqtts://host:port."""
    port: Port = 18883
    """Port of the embedded broker on 127.0.0.1."""
    node: TopicLevel = Field(default_factory=lambda: socket.gethostname().replace("/", "-") or "node")
    """This machine's name in topics and in the store; unique among nodes that share a store."""
    username: str | None = None
    """For signing in to an outside broker."""
    password: SecretStr | None = None
    """For signing in to an outside broker."""
    ca_file: Path | None = None
    """CA certificate for mqtts:// where the system's own do not do."""

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}" if self.broker == "embedded" else self.broker


class ModelSection(Section):
    asr: str = "auto"
    """Catalogue name (see `voicebot models list`) or a folder with a CTranslate2 Whisper model. "auto": large-v3-turbo
    once it is installed, else the bundled one."""
    asr_device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where recognition runs: auto takes an NVIDIA graphics card where there is one."""
    asr_threads: PositiveInt | None = None
    """CPU threads for one batch. Default: up to four for the bundled model, one to an utterance; all for the others."""
    languages: Languages = ("zh", "yue")
    """What is recognised: zh Mandarin, yue Cantonese, en English."""
    tts: Literal["auto", "piper", "espeak"] = "auto"
    """"auto" speaks with a Piper voice when one is installed, else with espeak-ng."""
    tts_voice: str | None = None
    """Catalogue name or .onnx path of the Piper voice. Default: the first one installed."""
    intent: Literal["linear", "transformer"] = "linear"
    """linear is small and fast; transformer is what `voicebot company train --transformer` made."""
    dialect: str | None = None
    """Catalogue name or folder of an acoustic dialect classifier (`scripts/train_dialect` makes one). Default: the
    first one installed; without any, number and words decide."""
    dir: Path | None = None
    """Folder with model files. Default: `models` in `data_dir`."""
    allow_download: bool = False
    """Fetch a missing model from the hub at start instead of asking for `voicebot models download`."""
    hub_endpoint: str = "https://huggingface.co"
    """Where models are downloaded from; a mirror where it cannot be reached."""
    host: str | None = None
    """Address of the model host, unix:/path or tcp:host:port. Default: a socket in `data_dir`."""
    token: SecretStr | None = None
    """Shared secret, needed when `host` is tcp: on another address than 127.0.0.1."""


class RecordingSection(Section):
    enabled: bool = True
    """Whether calls are recorded."""
    dir: Path | None = None
    """Default: `recordings` in `data_dir`."""


class JudgeSection(Section):
    """A language model that judges what no rule can decide. Off unless `url` is set; what callers said goes there, with
    personal data masked."""

    url: Annotated[str, AfterValidator(http_address)] | None = None
    """Base of an OpenAI-compatible interface, as http://127.0.0.1:8000/v1."""
    model: str = ""
    """The model's name there."""
    api_key: SecretStr | None = None
    """For that interface."""
    timeout_s: PositiveFloat = 30.0
    """For one answer; a call is asked about once."""
    retries: Annotated[int, Field(ge=0, le=10)] = 2
    """After timeouts, and answers that say to try again."""


class QaSection(Section):
    """How calls are scored."""

    judge: JudgeSection = JudgeSection()


class MetricsSection(Section):
    enabled: bool = True
    """Whether Prometheus can read the metrics."""
    bind: IPv4Address = IPv4Address("127.0.0.1")
    """Address that the metrics are read at."""
    port: Port = 9109
    """Port that the metrics are read at."""


class LogSection(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    """What is logged: this, and what is graver."""
    format: Literal["auto", "json", "console"] = "auto"
    """"auto": coloured lines on a terminal, JSON lines otherwise."""


class Settings(BaseSettings):
    """All settings. Read them with `load_settings`, which turns mistakes into a `ConfigError`."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter="__", enable_decoding=False, extra="forbid", frozen=True
    )

    data_dir: Path = Field(default_factory=lambda: platformdirs.user_data_path("voicebot", appauthor=False))
    """Everything the system writes: store, recordings, downloaded models, trained intents."""
    sip: SipSection = SipSection()
    trunk: TrunkSection = TrunkSection()
    admission: AdmissionSection = AdmissionSection()
    company: CompanySection = CompanySection()
    agents: AgentsSection = AgentsSection()
    browser_phone: BrowserPhoneSection = BrowserPhoneSection()
    store: StoreSection = StoreSection()
    events: EventSection = Field(default_factory=EventSection)
    models: ModelSection = ModelSection()
    recording: RecordingSection = RecordingSection()
    privacy: PrivacySection = PrivacySection()
    retention: RetentionSection = RetentionSection()
    qa: QaSection = QaSection()
    metrics: MetricsSection = MetricsSection()
    console: ConsoleSection = ConsoleSection()
    webhooks: WebhookSection = WebhookSection()
    log: LogSection = LogSection()

    @property
    def store_url(self) -> str:
        return self.store.url or f"sqlite:///{self.data_dir / 'voicebot.db'}"

    @property
    def recordings_dir(self) -> Path:
        return self.recording.dir or self.data_dir / "recordings"

    @property
    def models_dir(self) -> Path:
        return self.models.dir or self.data_dir / "models"

    @property
    def model_host(self) -> str:
        return self.models.host or f"unix:{self.data_dir / 'inference.sock'}"

    def create_directories(self) -> None:
        """Create the folders the system writes to, readable by their owner only.

        Raises ConfigError when a folder cannot be made or written.
        """
        for key, folder in (
            ("data_dir", self.data_dir),
            ("recording.dir", self.recordings_dir),
            ("models.dir", self.models_dir),
        ):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise ConfigError(
                    f"{key}: cannot create {folder} ({error.strerror}); choose another folder with `{key}`"
                ) from error
            if not os.access(folder, os.W_OK | os.X_OK):
                raise ConfigError(f"{key}: {folder} is not writable; change its owner or choose another folder")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings  # the file's contents arrive as init arguments


def load_settings(file: Path | None = None) -> Settings:
    """Settings from `file` (default: ./voicebot.toml where there is one) and the environment.

    Raises ConfigError naming every unknown or wrong key, and the closest valid one.
    """
    if file is None and DEFAULT_FILE.exists():
        file = DEFAULT_FILE
    in_file = _read_toml(file) if file is not None else {}
    problems = _unknown_environment()
    settings: Settings | None = None
    try:
        settings = Settings(**in_file)
    except ValidationError as error:
        problems += [_explain(details, in_file, file) for details in error.errors()]
    if problems or settings is None:
        raise ConfigError("\n".join(problems))
    return settings


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror}); check --config") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: is not valid TOML: {error}") from error


def _unknown_environment() -> list[str]:
    """pydantic-settings ignores variables of unknown sections: a typo there must not pass in silence."""
    problems = []
    for variable in sorted(os.environ):
        section, nested, _ = variable.removeprefix(ENV_PREFIX).lower().partition("__")
        if variable.startswith(ENV_PREFIX) and nested and section not in Settings.model_fields:
            problems.append(f"{variable}: unknown section '{section}'{_closest(section, Settings)}")
    return problems


def _explain(details: ErrorDetails, in_file: dict[str, Any], file: Path | None) -> str:
    path = [str(part) for part in details["loc"]]
    variable = ENV_PREFIX + "__".join(path).upper()
    place = variable if variable in os.environ else f"{file}: {'.'.join(path)}" if in_file else ".".join(path)
    if details["type"] != "extra_forbidden":
        got = "" if path[-1] in _SECRET_KEYS else f" (got {details['input']!r})"
        return f"{place}: {details['msg'].removeprefix('Value error, ')}{got}"
    return f"{place}: unknown key '{path[-1]}'{_closest(path[-1], _section_at(path[:-1]))}"


def _section_at(path: list[str]) -> type[BaseModel] | None:
    section: type[BaseModel] | None = Settings
    for name in path:
        field = section.model_fields.get(name) if section else None
        annotation = field.annotation if field else None
        section = annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
    return section


def _closest(key: str, section: type[BaseModel] | None) -> str:
    valid = sorted(section.model_fields) if section else []
    near = difflib.get_close_matches(key, valid, n=1, cutoff=0.5)
    return f"; did you mean '{near[0]}'?" if near else f"; valid keys are {', '.join(valid)}"


def secret(value: SecretStr | None) -> str | None:
    """The plain text of an optional secret, for the one place that must have it."""
    return value.get_secret_value() if value else None

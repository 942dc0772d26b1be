"""The errors that are a person's to mend: shown as one line with the remedy, never as a traceback."""

from models.address import AddressError, InferenceError
from models.bundle import ModelError
from models.transformer_intent import BaseModelMissing, TrainExtraMissing
from telephony.microphone import MicrophoneUnavailable
from telephony.sip.settings import SipError
from voicebot.accounts.account import AccountError
from voicebot.accounts.api_keys import ApiKeyError
from voicebot.accounts.passwords import PasswordTooWeak
from voicebot.broker import BrokerPortInUse
from voicebot.command_bus import NoAnswer
from voicebot.company.problems import CompanyError, IntentModelMissing
from voicebot.config import ConfigError
from voicebot.demo.system import DemoFailed
from voicebot.metrics import MetricsPortInUse
from voicebot.qa.cluster_errors import ClusterUnreachable, RayMissing
from voicebot.store.database import StoreError
from voicebot.supervisor import CannotStart
from voicebot.web.listening import ConsolePortInUse
from voicebot.webhooks.book import WebhookError
from voicebot.webhooks.targets import TargetRefused

WRONG_SETTINGS: tuple[type[Exception], ...] = (
    AccountError,
    AddressError,
    ApiKeyError,
    BaseModelMissing,
    BrokerPortInUse,
    ModelError,
    CannotStart,
    ClusterUnreachable,
    CompanyError,
    ConfigError,
    ConsolePortInUse,
    DemoFailed,
    IntentModelMissing,
    MetricsPortInUse,
    MicrophoneUnavailable,
    PasswordTooWeak,
    RayMissing,
    SipError,
    TargetRefused,
    TrainExtraMissing,
    WebhookError,
)
"""Trying again cannot help before somebody has changed something."""
PASSING: tuple[type[Exception], ...] = (InferenceError, NoAnswer, StoreError)
"""Another process or the database is away: may be over in a moment."""

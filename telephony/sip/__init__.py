"""SIP signalling over UDP: calls come in and go out as `CallLeg`s. Underneath is sippy; only this package knows."""

from telephony.sip.endpoint import SipEndpoint
from telephony.sip.leg import SipLeg
from telephony.sip.refer import TransferFailed, TransferRequest
from telephony.sip.registrar import Registrar, RegistrationListener
from telephony.sip.settings import (
    BadAddress,
    Credentials,
    NotRegistered,
    PortInUse,
    RegistrarSettings,
    SipError,
    SipSettings,
)

__all__ = [
    "BadAddress",
    "Credentials",
    "NotRegistered",
    "PortInUse",
    "Registrar",
    "RegistrarSettings",
    "RegistrationListener",
    "SipEndpoint",
    "SipError",
    "SipLeg",
    "SipSettings",
    "TransferFailed",
    "TransferRequest",
]

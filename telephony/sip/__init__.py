"""SIP signalling over UDP: calls come in and go out as `CallLeg`s. Underneath is sippy; only this package knows."""

from telephony.sip.endpoint import SipEndpoint
from telephony.sip.leg import SipLeg
from telephony.sip.settings import BadAddress, Credentials, PortInUse, SipError, SipSettings

__all__ = ["BadAddress", "Credentials", "PortInUse", "SipEndpoint", "SipError", "SipLeg", "SipSettings"]

"""What can go wrong with phones in browsers; the messages are for the person in front of one."""

from __future__ import annotations


class BrowserPhoneError(Exception):
    """A phone in a browser can't do what was asked."""


class OfferRefused(BrowserPhoneError):
    """A browser's session description is not one that its phone's page makes."""


class NothingRings(BrowserPhoneError):
    """There is no call to pick up or to decline."""


class NoSuchLine(BrowserPhoneError):
    """This browser's phone is not connected, or another one has taken its place."""

"""How a receiver knows that a request is ours, is whole, and is not an old one sent again.

    Voicebot-Signature: t=1794052800,v1=5257a869...

t: seconds since 1970 when the request was made. v1: HMAC-SHA256, in hex, with the webhook's secret, over t as it is
written, a full stop, and the body as it came. A receiver compares in constant time and refuses a t that is more than
five minutes off.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final

HEADER: Final = "Voicebot-Signature"


def signature(secret: str, body: bytes, at: datetime) -> str:
    """The header's value."""
    t = str(int(at.timestamp()))
    code = hmac.digest(secret.encode(), t.encode() + b"." + body, "sha256").hex()
    return f"t={t},v1={code}"

"""Security headers of every answer, and what pages may load and run (Content-Security-Policy).

No policy here allows a source outside this server. The console's pages need three relaxations for NiceGUI 3:
- script-src 'unsafe-eval': NiceGUI runs handlers and `run_javascript` with eval(), and Vue compiles templates with
  new Function() in the browser. Inline scripts run only with the nonce of their own answer, never by 'unsafe-inline'.
- style-src 'unsafe-inline': Quasar and Vue set style attributes and insert style elements.
- img-src data: and font-src data:, for icons inside style sheets; media and worker blob:, for what the browser records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
}
HSTS: Final = "max-age=31536000"
_EVERYWHERE: Final = "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

DATA: Final = f"default-src 'none'; {_EVERYWHERE}"
"""For answers that are no pages."""
PLAIN_PAGE: Final = f"default-src 'none'; style-src 'self'; img-src 'self'; {_EVERYWHERE}"
"""For pages without scripts."""


def console_page(nonce: str) -> str:
    """For NiceGUI's pages."""
    return (
        "default-src 'self'; "
        f"script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; "
        f"connect-src 'self'; {_EVERYWHERE}"
    )


def api_docs(nonce: str) -> str:
    """For Swagger UI, which sets style attributes and has its pictures inside its style sheet."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data:; connect-src 'self'; {_EVERYWHERE}"
    )

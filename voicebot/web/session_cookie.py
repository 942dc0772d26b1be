"""The cookie that holds a browser's session, and the way to a page after signing in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse

from voicebot.accounts.known_browser import mark_for
from voicebot.accounts.sign_in import SignedIn
from voicebot.web.pages import YEAR_S
from voicebot.web.visitor import Web


async def let_in(web: Web, request: Request, signed_in: SignedIn, wanted: str) -> RedirectResponse:
    """On to `wanted`, with a new session in place of the browser's old one."""
    account = signed_in.account
    await web.audit.record(f"account:{account.id}", "account.signed_in", f"account:{account.name}")
    if old := request.cookies.get(web.cookie):
        await web.sign_in.out(old)
    answer = RedirectResponse(wanted, 303)
    answer.set_cookie(
        web.cookie,
        signed_in.token,
        max_age=int(web.sign_in.limits.absolute.total_seconds()),
        httponly=True,
        secure=web.addresses.is_encrypted,
        samesite="lax",
    )
    if mark := mark_for(account):
        answer.set_cookie(
            web.mark_cookie,
            mark,
            max_age=YEAR_S,
            httponly=True,
            secure=web.addresses.is_encrypted,
            samesite="strict",
        )
    return answer


def mark_of(web: Web, request: Request) -> str:
    """What the browser keeps of who was signed in before."""
    return request.cookies.get(web.mark_cookie, "")


def let_out(web: Web) -> RedirectResponse:
    """To the sign-in, without the cookie and whatever else the browser keeps of the console."""
    answer = RedirectResponse("/sign-in", 303, {"Clear-Site-Data": '"cache", "storage"'})
    answer.delete_cookie(web.cookie, httponly=True, secure=web.addresses.is_encrypted, samesite="lax")
    return answer


def inside(path: str | None) -> str:
    """`path` if it leads to a page of this server, else the first page."""
    if path and path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable():
        return path
    return "/"

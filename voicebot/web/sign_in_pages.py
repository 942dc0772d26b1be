"""The pages for signing in and out, the first account, and a person's own password."""

from __future__ import annotations

import hmac
import math
from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from voicebot.accounts.account import Account, AccountError
from voicebot.accounts.passwords import PasswordTooWeak
from voicebot.accounts.setup_code import SetupCode
from voicebot.accounts.sign_in import Refused, SignedIn
from voicebot.web.pages import page, texts
from voicebot.web.provider import PATH as PROVIDER
from voicebot.web.provider import ProviderSignIn
from voicebot.web.session_cookie import inside, let_in, let_out, mark_of
from voicebot.web.visitor import VISITOR, Web, address_of, visitor_of

MOST_FIELDS: Final = 10
CHANGED: Final = "changed"
"""In the address after the password was."""
OVER: Final = "over"
"""In the address for whom a page of theirs brought here: their session ended while they looked at it."""


def add_sign_in_pages(app: FastAPI, web: Web, setup_code: SetupCode) -> None:
    pages = _SignInPages(web, setup_code)
    router = APIRouter(include_in_schema=False)
    for path, show, act in (
        ("/sign-in", pages.sign_in, pages.sign_in_sent),
        ("/set-up", pages.set_up, pages.set_up_sent),
        ("/account", pages.account, pages.account_sent),
        ("/sign-out", pages.sign_out, pages.sign_out_sent),
    ):
        router.add_api_route(path, show, methods=["GET"], response_model=None)
        router.add_api_route(path, act, methods=["POST"], response_model=None)
    app.include_router(router)
    if web.settings.console.oidc.issuer:
        app.mount(PROVIDER, ProviderSignIn(web).app())


class _SignInPages:
    """Each page as shown and as sent."""

    def __init__(self, web: Web, setup_code: SetupCode) -> None:
        self._web = web
        self._setup_code = setup_code
        self._provider = PROVIDER if web.settings.console.oidc.issuer else ""
        """Where the company's own provider is asked; empty where there is none."""

    async def sign_in(self, request: Request) -> Response:
        wanted = inside(request.query_params.get("next"))
        if request.scope[VISITOR]:
            return RedirectResponse(wanted, 303)
        if await self._web.sign_in.book.is_empty():
            return RedirectResponse("/set-up", 303)
        notice = texts(request)["session_over"] if OVER in request.query_params else ""
        return page(request, "sign_in.html", "sign_in", notice=notice, next=wanted, provider=self._provider)

    async def sign_in_sent(self, request: Request) -> Response:
        form = await _form(request)
        name, wanted = _field(form, "name"), inside(_field(form, "next"))
        result = await self._web.sign_in.with_password(
            name,
            _field(form, "password"),
            address=address_of(request),
            at=self._web.now(),
            mark=mark_of(self._web, request),
        )
        if isinstance(result, SignedIn):
            return await let_in(self._web, request, result, wanted)
        problem, status = _refusal(texts(request), result)
        return page(
            request,
            "sign_in.html",
            "sign_in",
            status=status,
            problem=problem,
            name=name[:64],
            next=wanted,
            provider=self._provider,
        )

    async def set_up(self, request: Request) -> Response:
        if not await self._web.sign_in.book.is_empty():
            return RedirectResponse("/sign-in", 303)
        return page(request, "set_up.html", "set_up")

    async def set_up_sent(self, request: Request) -> Response:
        form = await _form(request)
        t, name, code, password = texts(request), _field(form, "name"), _field(form, "code"), _field(form, "password")
        account = Account(name=name, role="admin", created_at=self._web.now())
        problem = ""
        if not self._setup_code.is_right(code):
            problem = t["wrong_code"]
        elif password != _field(form, "again"):
            problem = t["not_same"]
        else:
            try:
                if not await self._web.sign_in.new_account(account, password, first=True):
                    return RedirectResponse("/sign-in", 303)
            except AccountError:
                problem = t["bad_name"]
            except PasswordTooWeak:
                problem = t["weak"]
        if problem:
            return page(request, "set_up.html", "set_up", status=400, problem=problem, name=name[:64], code=code[:40])
        made = await self._web.sign_in.book.by_name(name)
        assert made is not None, "it was just made"
        await self._web.audit.record(f"account:{made.id}", "account.set_up", f"account:{made.name}")
        opened = await self._web.sign_in.open(made, address=address_of(request), at=self._web.now())
        return await let_in(self._web, request, opened, "/")

    async def account(self, request: Request) -> Response:
        visitor = visitor_of(request)
        notice = texts(request)["changed"] if CHANGED in request.query_params else ""
        account, csrf = visitor.account, visitor.csrf_token
        return page(request, "account.html", "account", notice=notice, account=account, csrf=csrf)

    async def account_sent(self, request: Request) -> Response:
        form = await _form(request)
        visitor, t = visitor_of(request), texts(request)
        problem, status = "", 400
        if not _is_from_our_form(form, visitor.csrf_token):
            problem, status = t["expired"], 403
        elif _field(form, "new") != _field(form, "again"):
            problem = t["not_same"]
        else:
            proof = await self._web.sign_in.with_password(
                visitor.account.name,
                _field(form, "current"),
                address=address_of(request),
                at=self._web.now(),
                mark=mark_of(self._web, request),
            )
            if isinstance(proof, Refused):
                problem, status = _refusal(t, proof)
            else:
                try:
                    await self._web.sign_in.change_password(visitor.account, _field(form, "new"))
                except PasswordTooWeak:
                    problem = t["weak"]
        values = {"account": visitor.account, "csrf": visitor.csrf_token}
        if problem:
            return page(request, "account.html", "account", status=status, problem=problem, **values)
        account = visitor.account
        await self._web.audit.record(visitor.actor.id, "account.password_changed", f"account:{account.name}")
        opened = await self._web.sign_in.open(account, address=address_of(request), at=self._web.now())
        return await let_in(self._web, request, opened, f"/account?{CHANGED}=1")

    async def sign_out(self, request: Request) -> Response:
        return page(request, "sign_out.html", "sign_out", csrf=visitor_of(request).csrf_token)

    async def sign_out_sent(self, request: Request) -> Response:
        form = await _form(request)
        visitor = visitor_of(request)
        if not _is_from_our_form(form, visitor.csrf_token):
            problem = texts(request)["expired"]
            return page(request, "sign_out.html", "sign_out", status=403, problem=problem, csrf=visitor.csrf_token)
        await self._web.sign_in.out(request.cookies[self._web.cookie])
        return let_out(self._web)


async def _form(request: Request) -> FormData:
    return await request.form(max_files=0, max_fields=MOST_FIELDS)


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _is_from_our_form(form: FormData, token: str) -> bool:
    return hmac.compare_digest(_field(form, "csrf").encode(), token.encode())


def _refusal(t: Mapping[str, str], refused: Refused) -> tuple[str, int]:
    """What is said, and the answer's status."""
    if not refused.wait_s:
        return t["wrong"], 401
    if refused.wait_s < 60:
        return t["wait"].format(wait=t["seconds"].format(n=math.ceil(refused.wait_s))), 429
    return t["wait"].format(wait=t["minutes"].format(n=math.ceil(refused.wait_s / 60))), 429

"""The demo's console: accounts with a password made for this one demo, and when its pages can be opened."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from rich.console import Console
from rich.text import Text

from voicebot.accounts.account import Account, Role
from voicebot.accounts.book import AccountBook
from voicebot.accounts.passwords import Passwords
from voicebot.accounts.sessions import SessionLimits
from voicebot.accounts.sign_in import SignIn
from voicebot.company.schema import Company
from voicebot.config import Settings
from voicebot.demo.system import DemoFailed
from voicebot.store.store import Store

READY_S: Final = 60.0
NAMES: Final[dict[Role, str]] = {
    "admin": "管理员 administrator",
    "supervisor": "主管 supervisor",
    "agent": "客服 agent",
}


@dataclass(frozen=True, slots=True)
class DemoConsole:
    """Where the pages are, and who may open them."""

    url: str
    names: tuple[Role, ...]
    """Each account has the name of its role."""
    password: str

    def say(self, console: Console) -> None:
        console.print(Text(f"控制台 Console: {self.url}", style="bold"), soft_wrap=True)
        for name in self.names:
            console.print(f"  {name:<11} {NAMES[name]}", highlight=False)
        console.print(f"  密码 password: {self.password}\n", highlight=False)


async def open_console(settings: Settings, company: Company) -> DemoConsole:
    """Makes the accounts, and waits until the pages can be opened. Raises DemoFailed."""
    made = _accounts(company)
    password = "-".join(["yun", *(secrets.token_hex(2) for _ in range(3))])
    async with Store(settings.store_url, node="demo") as store:
        sign_in = SignIn(AccountBook(store), Passwords(), SessionLimits())
        for account in made:
            await sign_in.new_account(account, password)
    host, port = str(settings.console.bind), settings.console.port
    await _until_it_listens(host, port)
    return DemoConsole(f"http://{host}:{port}", tuple(account.role for account in made), password)


def _accounts(company: Company) -> list[Account]:
    """One of each role; an agent and a supervisor only where the company has agents."""
    now = datetime.now(UTC)
    found = [Account(name="admin", role="admin", created_at=now)]
    if company.agents:
        teams = tuple(sorted({agent.team for agent in company.agents if agent.team}))
        first = company.agents[0]
        if teams:
            phone = company.agents[-1].id  # to listen to calls with; in the page of the desk it needs no telephone
            found.append(Account(name="supervisor", role="supervisor", teams=teams, agent_id=phone, created_at=now))
        found.append(Account(name="agent", role="agent", agent_id=first.id, display_name=first.name, created_at=now))
    return found


async def _until_it_listens(host: str, port: int) -> None:
    try:
        async with asyncio.timeout(READY_S):
            while True:
                try:
                    _, writer = await asyncio.open_connection(host, port)
                except OSError:
                    await asyncio.sleep(0.1)
                else:
                    writer.close()
                    return
    except TimeoutError:
        raise DemoFailed(f"the console did not open within {READY_S:g} s; see the log of the system") from None

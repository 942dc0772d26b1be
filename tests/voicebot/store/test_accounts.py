"""Accounts in both databases: nobody is let in who should not be, and what ended stays ended."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from voicebot.accounts.account import Account, AccountError
from voicebot.accounts.book import AccountBook
from voicebot.accounts.passwords import Passwords
from voicebot.accounts.sessions import SessionLimits
from voicebot.accounts.sign_in import Refused, SignedIn, SignIn
from voicebot.privacy.audit import Audit
from voicebot.store.store import Store

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
RIGHT = "correct horse battery"
HOME = "10.0.0.7"
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


def an_account(name: str = "zhou", **fields: object) -> Account:
    given = {"role": "supervisor", "teams": ("售后",), "created_at": NOON}
    return Account(name=name, **(given | fields))  # type: ignore[arg-type]


@pytest.fixture
async def sign_in(store: Store) -> AsyncIterator[SignIn]:
    made = SignIn(AccountBook(store), QUICK, SessionLimits())
    await made.new_account(an_account(), RIGHT)
    yield made


async def enter(sign_in: SignIn, *, name: str = "zhou", password: str = RIGHT, at: datetime = NOON) -> str:
    result = await sign_in.with_password(name, password, address=HOME, at=at)
    assert isinstance(result, SignedIn)
    return result.token


async def test_an_account_is_read_as_it_was_written(sign_in: SignIn) -> None:
    account = await sign_in.book.by_name(" ZHOU ")
    assert account is not None and account.teams == ("售后",) and account.role == "supervisor"
    assert account == await sign_in.book.by_id(account.id)
    assert RIGHT not in repr(account) and account.password_hash not in repr(account)


async def test_a_name_or_subject_is_one_persons(sign_in: SignIn) -> None:
    with pytest.raises(AccountError):
        await sign_in.new_account(an_account("Zhou"), RIGHT)
    await sign_in.new_account(an_account("lin", oidc_subject="s-1"), None)
    with pytest.raises(AccountError):
        await sign_in.new_account(an_account("chen", oidc_subject="s-1"), None)


@pytest.mark.parametrize("name", ["", " ", "a b", "<script>", "x" * 65, "-x", "a/b", "‮abc"])
async def test_what_cannot_be_a_name_is_refused(sign_in: SignIn, name: str) -> None:
    with pytest.raises(AccountError):
        await sign_in.new_account(an_account(name), RIGHT)
    assert isinstance(await sign_in.with_password(name, RIGHT, address=HOME, at=NOON), Refused)


@pytest.mark.parametrize("fields", [{"role": "agent"}, {"role": "supervisor", "teams": ()}])
async def test_an_agent_needs_an_id_and_a_supervisor_a_team(sign_in: SignIn, fields: dict[str, object]) -> None:
    with pytest.raises(AccountError):
        await sign_in.new_account(an_account("lin", **fields), RIGHT)


async def test_of_two_who_set_up_at_once_one_is_the_first(store: Store) -> None:
    sign_in = SignIn(AccountBook(store), QUICK, SessionLimits())
    assert await sign_in.book.is_empty()
    both = [sign_in.new_account(an_account(name, role="admin"), RIGHT, first=True) for name in ("a1", "b1")]
    assert sorted(await asyncio.gather(*both)) == [False, True]
    assert not await sign_in.book.is_empty()


async def test_a_session_goes_on_until_it_is_ended(sign_in: SignIn) -> None:
    token = await enter(sign_in)
    resumed = await sign_in.resume(token, at=NOON)
    assert resumed is not None and resumed.account.name == "zhou"
    await sign_in.out(token)
    assert await sign_in.resume(token, at=NOON) is None
    assert await sign_in.resume("", at=NOON) is None


async def test_every_sign_in_has_a_token_of_its_own(sign_in: SignIn) -> None:
    first, second = await enter(sign_in), await enter(sign_in)
    assert first != second
    await sign_in.out(first)
    assert await sign_in.resume(second, at=NOON)


async def test_use_keeps_a_session_alive_up_to_its_absolute_end(sign_in: SignIn) -> None:
    token = await enter(sign_in)
    for minutes in range(45, 12 * 60, 45):
        assert await sign_in.resume(token, at=NOON + timedelta(minutes=minutes)), minutes
    assert await sign_in.resume(token, at=NOON + timedelta(hours=12, minutes=1)) is None


async def test_an_idle_session_is_over(sign_in: SignIn) -> None:
    token = await enter(sign_in)
    assert await sign_in.resume(token, at=NOON + timedelta(minutes=61)) is None


async def test_a_new_password_ends_all_sessions(sign_in: SignIn) -> None:
    token = await enter(sign_in)
    account = await sign_in.book.by_name("zhou")
    assert account
    await sign_in.change_password(account, "another good password")
    assert await sign_in.resume(token, at=NOON) is None
    assert isinstance(await sign_in.with_password("zhou", RIGHT, address=HOME, at=NOON), Refused)
    await enter(sign_in, password="another good password")


async def test_a_disabled_account_is_out_at_once(sign_in: SignIn) -> None:
    token = await enter(sign_in)
    account = await sign_in.book.by_name("zhou")
    assert account
    await sign_in.book.set_disabled(account.id, True)
    assert await sign_in.resume(token, at=NOON) is None
    assert isinstance(await sign_in.with_password("zhou", RIGHT, address=HOME, at=NOON), Refused)
    await sign_in.book.set_disabled(account.id, False)
    await enter(sign_in)


async def test_another_role_ends_the_sessions_and_is_noted(sign_in: SignIn, store: Store) -> None:
    token = await enter(sign_in)
    account = await sign_in.book.by_name("zhou")
    assert account
    changed = replace(account, role="agent", teams=(), agent_id="8001")
    await sign_in.book.change_standing(changed, by="account:1", at=NOON)
    assert await sign_in.book.by_name("zhou") == changed
    assert await sign_in.resume(token, at=NOON) is None
    (entry,) = await Audit(store).entries(action="account.changed")
    assert (entry.actor, entry.object) == ("account:1", "account:zhou")
    assert json.loads(entry.detail) == {"role": "supervisor → agent", "teams": "售后 → -", "agent": "- → 8001"}


@pytest.mark.parametrize("fields", [{"role": "agent"}, {"teams": ()}, {"id": "nobody", "role": "admin"}, {}])
async def test_a_change_that_cannot_be_leaves_everything(
    sign_in: SignIn, store: Store, fields: dict[str, object]
) -> None:
    token = await enter(sign_in)
    account = await sign_in.book.by_name("zhou")
    assert account
    with pytest.raises(AccountError):
        await sign_in.book.change_standing(replace(account, **fields), by="account:1", at=NOON)  # type: ignore[arg-type]
    assert await sign_in.book.by_name("zhou") == account
    assert await sign_in.resume(token, at=NOON)
    assert await Audit(store).entries() == []


async def test_of_two_administrators_who_demote_each_other_one_remains(sign_in: SignIn, store: Store) -> None:
    for name in ("a1", "b1"):
        await sign_in.new_account(an_account(name, role="admin", teams=()), RIGHT)
    both = [replace(each, role="agent", agent_id="8001") for each in await sign_in.book.all() if each.role == "admin"]
    books = [AccountBook(store) for _ in both]
    changes = [book.change_standing(each, by="account:1", at=NOON) for book, each in zip(books, both, strict=True)]
    done = await asyncio.gather(*changes, return_exceptions=True)
    assert [type(each) for each in done].count(AccountError) == 1
    (left,) = [each for each in await sign_in.book.all() if each.role == "admin"]
    with pytest.raises(AccountError, match="last administrator"):
        await sign_in.book.set_disabled(left.id, True)


async def test_an_account_of_the_provider_has_no_password_that_opens_it(sign_in: SignIn) -> None:
    await sign_in.new_account(an_account("lin", oidc_subject="s-1"), None)
    for password in ("", "None", RIGHT):
        assert await sign_in.with_password("lin", password, address=HOME, at=NOON) == Refused()


async def test_after_some_failures_even_the_right_password_has_to_wait(sign_in: SignIn) -> None:
    for _ in range(5):
        assert await sign_in.with_password("zhou", "wrong", address=HOME, at=NOON) == Refused()
    assert await sign_in.with_password("zhou", RIGHT, address="10.0.0.8", at=NOON) == Refused(wait_s=2)
    later = NOON + timedelta(seconds=2)
    await enter(sign_in, at=later)
    again = await sign_in.with_password("zhou", "wrong", address=HOME, at=later)
    assert again == Refused(), "a success starts afresh"


async def test_unknown_names_are_delayed_in_the_same_way(sign_in: SignIn) -> None:
    answers = [await sign_in.with_password("nobody", "wrong", address=HOME, at=NOON) for _ in range(6)]
    assert answers == [Refused()] * 5 + [Refused(wait_s=2)]


async def test_one_address_that_tries_many_names_has_to_wait(sign_in: SignIn) -> None:
    for number in range(21):
        assert await sign_in.with_password(f"name{number}", "wrong", address=HOME, at=NOON) == Refused()
    assert await sign_in.with_password("zhou", RIGHT, address=HOME, at=NOON) == Refused(wait_s=2)
    result = await sign_in.with_password("zhou", RIGHT, address="10.0.0.8", at=NOON)
    assert isinstance(result, SignedIn)


async def test_a_whole_shift_may_sign_in_from_one_address(sign_in: SignIn) -> None:
    for _ in range(30):
        await enter(sign_in)


async def test_many_attempts_at_once_are_no_way_around_the_delay(sign_in: SignIn) -> None:
    tries = [sign_in.with_password("zhou", f"guess {number}", address=HOME, at=NOON) for number in range(20)]
    assert (await asyncio.gather(*tries)).count(Refused()) == 5

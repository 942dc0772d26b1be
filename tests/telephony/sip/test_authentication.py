"""Invariant: only who knows the user's password is accepted, each answer once, and guessing is slowed, not the guessed.

Whether a name exists cannot be told from the verdicts.
"""

import hashlib
import re

import pytest

from telephony.sip.authentication import Authenticator, Verdict
from telephony.sip.settings import RegistrarSettings, SipError

HOME, ELSEWHERE = "192.0.2.1", "192.0.2.2"
ACCOUNTS = {"6001": "right", "6002": "other"}


def authenticator(accounts: dict[str, str] = ACCOUNTS, **settings: object) -> Authenticator:
    return Authenticator(RegistrarSettings(**settings), accounts, b"key")


def answer(challenge: str, user: str, password: str, *, count: int = 1, realm: str = "voicebot") -> str:
    [nonce] = re.findall('nonce="([^"]+)"', challenge)
    function = hashlib.sha256 if "SHA-256" in challenge else hashlib.md5

    def digest(*parts: str) -> str:
        return function(":".join(parts).encode()).hexdigest()

    nc = f"{count:08x}"
    response = digest(digest(user, realm, password), nonce, nc, "c", "auth", digest("REGISTER", "sip:x"))
    algorithm = "SHA-256" if "SHA-256" in challenge else "MD5"
    return (
        f'Digest username="{user}",realm="{realm}",nonce="{nonce}",uri="sip:x",algorithm={algorithm},'
        f'qop=auth,nc={nc},cnonce="c",response="{response}"'
    )


class Phone:
    """Registers at one address; remembers nothing."""

    def __init__(self, judge: Authenticator, source: str = HOME) -> None:
        self.judge, self.source = judge, source

    def challenge(self, now_s: float = 0.0) -> str:
        return self.judge.challenges(self.source, now_s)[0]

    def say(self, *headers: str, user: str = "6001", now_s: float = 0.0, known: bool = False) -> Verdict:
        return self.judge.judge(
            headers, user=user, method="REGISTER", source=self.source, now_s=now_s, known_there=known
        )

    def register(self, user: str, password: str, *, now_s: float = 0.0, known: bool = False) -> Verdict:
        return self.say(answer(self.challenge(now_s), user, password), user=user, now_s=now_s, known=known)


def test_the_right_password_is_accepted_and_an_answer_only_once() -> None:
    phone = Phone(authenticator())
    assert phone.say() is Verdict.CHALLENGED
    challenge = phone.challenge()
    assert phone.say(answer(challenge, "6001", "right")) is Verdict.ACCEPTED
    assert phone.say(answer(challenge, "6001", "right")) is Verdict.STALE
    assert phone.say(answer(challenge, "6001", "right", count=2)) is Verdict.ACCEPTED


def test_a_name_that_does_not_exist_is_as_wrong_as_a_password() -> None:
    phone = Phone(authenticator())
    assert phone.register("6001", "wrong") is Verdict.WRONG
    assert phone.register("6009", "right") is Verdict.WRONG


def test_one_user_cannot_register_as_another() -> None:
    phone = Phone(authenticator())
    assert phone.say(answer(phone.challenge(), "6002", "other"), user="6001") is Verdict.WRONG


def test_an_answer_for_another_realm_is_none_for_ours() -> None:
    phone = Phone(authenticator())
    challenge = phone.challenge()
    foreign = answer(challenge, "6001", "right", realm="pbx")
    assert phone.say(foreign) is Verdict.CHALLENGED
    assert phone.say(foreign, answer(challenge, "6001", "right")) is Verdict.ACCEPTED


def test_an_answer_caught_on_the_line_is_worth_nothing_at_another_address() -> None:
    judge = authenticator()
    caught = answer(Phone(judge).challenge(), "6001", "right")
    assert Phone(judge, ELSEWHERE).say(caught) is Verdict.STALE


def test_an_old_nonce_asks_for_another_try_with_the_same_password() -> None:
    phone = Phone(authenticator())
    late = answer(phone.challenge(now_s=0.0), "6001", "right")
    assert phone.say(late, now_s=301.0) is Verdict.STALE


def test_algorithms_are_offered_best_first_and_others_are_not_taken() -> None:
    both = authenticator(algorithms=("SHA-256", "MD5"))
    strong, weak = both.challenges(HOME, 0.0)
    assert ("SHA-256" in strong, "MD5" in weak) == (True, True)
    assert Phone(both).say(answer(strong, "6001", "right")) is Verdict.ACCEPTED
    strict = authenticator(algorithms=("SHA-256",))
    [only] = strict.challenges(HOME, 0.0)
    assert Phone(strict).say(answer(only.replace("SHA-256", "MD5"), "6001", "right")) is Verdict.MALFORMED


def test_guessing_from_one_address_is_slowed_and_other_addresses_are_not() -> None:
    judge = authenticator(failures_per_source=3, failure_period_s=60.0)
    guesser = Phone(judge, ELSEWHERE)
    assert [guesser.register("6001", f"guess{n}") for n in range(4)] == [Verdict.WRONG] * 3 + [Verdict.SLOWED]
    assert guesser.register("6002", "other") is Verdict.SLOWED
    assert Phone(judge).register("6001", "right") is Verdict.ACCEPTED
    assert guesser.register("6001", "right", now_s=21.0) is Verdict.ACCEPTED


def test_guessing_one_user_from_many_addresses_is_slowed_but_a_registered_phone_goes_on() -> None:
    judge = authenticator(failures_per_user=5)
    verdicts = [Phone(judge, f"198.51.100.{n}").register("6001", "guess") for n in range(6)]
    assert verdicts == [Verdict.WRONG] * 5 + [Verdict.SLOWED]
    assert Phone(judge).register("6001", "right") is Verdict.SLOWED
    assert Phone(judge).register("6001", "right", known=True) is Verdict.ACCEPTED
    assert Phone(judge).register("6002", "other") is Verdict.ACCEPTED


def test_the_verdicts_on_guesses_do_not_depend_on_whether_the_name_exists() -> None:
    def verdicts(name: str) -> list[Verdict]:
        judge = authenticator(failures_per_user=5)
        return [Phone(judge, f"198.51.100.{n}").register(name, "guess") for n in range(8)]

    assert verdicts("6001") == verdicts("6009")


def test_answers_without_a_nonce_of_ours_count_against_nobody() -> None:
    judge = authenticator(failures_per_source=1, failures_per_user=1)
    foreign = Phone(Authenticator(RegistrarSettings(), ACCOUNTS, b"another process")).challenge()
    phone = Phone(judge)
    assert [phone.say(answer(foreign, "6001", "guess")) for _ in range(5)] == [Verdict.STALE] * 5
    assert phone.register("6001", "right") is Verdict.ACCEPTED


def test_accounts_may_change_while_running() -> None:
    accounts = dict(ACCOUNTS)
    phone = Phone(authenticator(accounts))
    accounts["6003"] = "new"
    assert phone.register("6003", "new") is Verdict.ACCEPTED
    del accounts["6003"]
    assert phone.register("6003", "new") is Verdict.WRONG


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"algorithms": ("SHA-1",)}, "SHA-1: choose of SHA-256, MD5"),
        ({"algorithms": ()}, "choose of"),
        ({"realm": 'a"b'}, "realm"),
        ({"min_expires_s": 100, "max_expires_s": 60}, "min_expires_s"),
    ],
)
def test_a_wrong_setting_is_named_with_the_remedy(settings: dict[str, object], words: str) -> None:
    with pytest.raises(SipError, match=words):
        RegistrarSettings(**settings)

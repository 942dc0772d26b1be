"""Invariant: an answer to a challenge is taken exactly when it was made with the password, as RFC 7616 has it."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.digest import DigestAnswer, MalformedDigest, challenge, parse_answer

MUFASA = (
    'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm={algorithm}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, '
    'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, '
    'response="{response}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
MD5_RESPONSE = "8ca523f5e9506fed4657c9700eebdbec"
SHA_256_RESPONSE = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
RFC_2617 = (
    'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1"'
)


def mufasa(algorithm: str = "MD5", response: str = MD5_RESPONSE) -> str:
    return MUFASA.format(algorithm=algorithm, response=response)


@pytest.mark.parametrize(
    ("header", "password"),
    [
        (mufasa(), "Circle of Life"),
        (mufasa("SHA-256", SHA_256_RESPONSE), "Circle of Life"),
        (RFC_2617, "Circle Of Life"),
    ],
)
def test_the_examples_of_the_rfcs_are_right(header: str, password: str) -> None:
    answer = parse_answer(header)
    assert answer.proves(password, "GET")
    assert not answer.proves(password, "REGISTER")
    assert not answer.proves(password.lower(), "GET")


def test_capitals_in_names_and_hashes_mean_nothing() -> None:
    header = mufasa("md5", MD5_RESPONSE.upper()).replace("nonce=", "NONCE=").replace("qop=auth", 'qop="AUTH"')
    assert parse_answer(header).proves("Circle of Life", "GET")


def test_quotes_in_a_name_are_read_as_they_were_meant() -> None:
    assert parse_answer(mufasa().replace("Mufasa", r"the \"king\" \\o/")).username == r'the "king" \o/'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Digest ", "Basic "),
        ('username="Mufasa"', 'username="Mufasa", username="Scar"'),
        ('username="Mufasa"', 'username=""'),
        ("qop=auth, ", ""),
        ("qop=auth", "qop=auth-int"),
        ("algorithm=MD5", "algorithm=MD5-sess"),
        ("algorithm=MD5", "algorithm=CRC32"),
        ("algorithm=MD5", "algorithm=SHA-256"),
        ("nc=00000001", "nc=1"),
        ("nc=00000001", "nc=0000000g"),
        (MD5_RESPONSE, MD5_RESPONSE[:-1]),
        (MD5_RESPONSE, "x" * 32),
        ('cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", ', ""),
        ('username="Mufasa"', 'username="Mufasa'),
        ('username="Mufasa"', "username"),
        ('"Mufasa"', f'"{"M" * 3000}"'),
    ],
)
def test_what_is_no_answer_to_our_challenge_is_malformed(old: str, new: str) -> None:
    header = mufasa()
    assert old in header
    with pytest.raises(MalformedDigest):
        parse_answer(header.replace(old, new))


def test_a_challenge_names_what_the_phone_needs_and_whether_only_the_nonce_was_old() -> None:
    assert challenge("call centre", "n1", "MD5") == 'Digest realm="call centre", nonce="n1", algorithm=MD5, qop="auth"'
    assert challenge("r", "n", "SHA-256", stale=True).endswith(", stale=true")


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(
    algorithm=st.sampled_from([("MD5", hashlib.md5), ("SHA-256", hashlib.sha256)]),
    username=WORDS,
    realm=WORDS,
    nonce=WORDS,
    cnonce=WORDS,
    password=st.text(st.characters(exclude_categories=("Cs",)), max_size=30),
    other=st.text(st.characters(exclude_categories=("Cs",)), max_size=30),
    count=st.integers(1, 2**32 - 1),
)
def test_any_answer_made_by_the_book_proves_its_password_and_no_other(
    algorithm: tuple[str, Callable[[bytes], Any]],
    username: str,
    realm: str,
    nonce: str,
    cnonce: str,
    password: str,
    other: str,
    count: int,
) -> None:
    name, function = algorithm

    def digest(*parts: str) -> str:
        return str(function(":".join(parts).encode()).hexdigest())

    nc = f"{count:08x}"
    secret = digest(username, realm, password)
    response = digest(secret, nonce, nc, cnonce, "auth", digest("REGISTER", "sip:here"))
    header = (
        f"Digest username={quoted(username)},realm={quoted(realm)},nonce={quoted(nonce)},cnonce={quoted(cnonce)},"
        f'uri="sip:here",nc={nc},qop=auth,algorithm={name},response="{response}"'
    )
    answer = parse_answer(header)
    assert answer == DigestAnswer(username, realm, nonce, "sip:here", name, cnonce, nc, response)
    assert answer.count == count
    assert answer.proves(password, "REGISTER")
    assert answer.proves(other, "REGISTER") == (other == password)


@given(st.text(max_size=200))
def test_any_text_is_an_answer_or_malformed(text: str) -> None:
    for header in (text, "Digest " + text):
        with pytest.raises(MalformedDigest):
            parse_answer(header)

"""Invariant: whatever bytes arrive, the guard answers with clean text or a reason, and never lets trouble through."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.guard import MAX_DATAGRAM_BYTES, MAX_SOURCES, Dropped, Guard
from tests.telephony.sip.conftest import TORTURE

VALID = "wsinv esc01 escnull lwsdisp longreq dblreq semiuri transports mpart01 unreason noreason zeromf inv2543 bext01"
INVALID = "clerr ncl scalarlg ltgtruri lwsruri lwsstart trws baddn badvers mismatch01 mismatch02 bigcode multi01 mcl01"
INVITE = (
    "INVITE sip:4008001000@127.0.0.1 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 127.0.0.1:5066;rport;branch=z9hG4bKabc\r\n"
    'From: "王女士" <sip:13800138000@127.0.0.1>;tag=a1\r\n'
    "To: <sip:4008001000@127.0.0.1>\r\n"
    "Call-ID: one@127.0.0.1\r\n"
    "CSeq: 1 INVITE\r\n"
    "Contact: <sip:13800138000@127.0.0.1:5066>\r\n"
    "Content-Length: 0\r\n\r\n"
)


def check(text: str, **changed: str) -> str | Dropped:
    for old, new in changed.items():
        text = text.replace(old, new)
    return Guard().check(text.encode(), "127.0.0.1", 0.0)


def replaced(old: str, new: str) -> str | Dropped:
    assert old in INVITE
    return Guard().check(INVITE.replace(old, new).encode(), "127.0.0.1", 0.0)


def test_a_proper_invite_passes_unchanged() -> None:
    assert check(INVITE) == INVITE


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("SIP/2.0\r\nVia", "SIP/7.0\r\nVia", Dropped.START_LINE),
        ("INVITE sip:4008001000@127.0.0.1", "INVITE <sip:4008001000@127.0.0.1>", Dropped.START_LINE),
        ("Call-ID: one@127.0.0.1\r\n", "", Dropped.HEADERS),
        ("Call-ID: one@", "Call-ID: two@x\r\ni: one@", Dropped.HEADERS),
        ("one@", "o" * 300 + "@", Dropped.IDENTITY),
        ("tag=a1", "tag=" + "a" * 300, Dropped.IDENTITY),
        ("CSeq: 1 INVITE", "CSeq: 1 BYE", Dropped.CSEQ),
        ("CSeq: 1 INVITE", "CSeq: 4294967296 INVITE", Dropped.CSEQ),
        ("CSeq: 1 INVITE", "CSeq: " + "9" * 3000 + " INVITE", Dropped.CSEQ),
        ("Content-Length: 0", "Content-Length: 9999", Dropped.LENGTH),
        ("Content-Length: 0", "Content-Length: -1", Dropped.LENGTH),
        ("rport;", "rport=25;", Dropped.VIA),
        ("rport;", "received=192.0.2.9;", Dropped.VIA),
        ("127.0.0.1:5066;rport", "127.0.0.1:99999;rport", Dropped.VIA),
        ("王女士", "a\nEvil: header", Dropped.ENCODING),
        ("王女士", "a\u2028Evil: header", Dropped.ENCODING),
        ("王女士", "a\x00b", Dropped.ENCODING),
        ("Content-Length: 0", "X: " + "x" * 5000, Dropped.SIZE),
        ("Content-Length: 0", "\r\n".join(["X: y"] * 100), Dropped.SIZE),
    ],
)
def test_what_the_stack_must_never_see_is_dropped_with_its_reason(old: str, new: str, reason: Dropped) -> None:
    assert replaced(old, new) is reason


def test_oversized_and_undecodable_datagrams_are_dropped() -> None:
    guard = Guard()
    assert guard.check(INVITE.encode() + b"x" * MAX_DATAGRAM_BYTES, "127.0.0.1", 0.0) is Dropped.SIZE
    assert guard.check(INVITE.encode("gb18030"), "127.0.0.1", 0.0) is Dropped.ENCODING
    assert guard.dropped == {Dropped.SIZE: 1, Dropped.ENCODING: 1}


def test_keep_alives_are_no_messages() -> None:
    assert Guard().check(b"\r\n\r\n", "127.0.0.1", 0.0) is Dropped.KEEP_ALIVE


def test_a_second_message_behind_the_body_is_cut_off() -> None:
    body = "v=0\r\n"
    text = INVITE.replace("Content-Length: 0", f"Content-Length: {len(body)}")
    assert check(text + body + INVITE) == text + body


def test_a_body_of_multibyte_text_keeps_its_length() -> None:
    body = "s=通话\r\n"
    text = INVITE.replace("Content-Length: 0", f"Content-Length: {len(body.encode())}")
    passed = check(text + body)
    assert isinstance(passed, str)
    assert len(passed.removeprefix(text)) == len(body.encode())


def test_only_named_networks_get_in() -> None:
    guard = Guard(["10.1.0.0/16", "192.0.2.7/32"])
    assert guard.check(INVITE.encode(), "10.2.0.1", 0.0) is Dropped.PEER
    assert guard.check(INVITE.encode(), "10.1.200.1", 0.0) == INVITE
    assert guard.trusts("192.0.2.7")
    assert not Guard().trusts("192.0.2.7")


def test_a_flood_is_cut_to_the_rate_and_does_not_touch_other_sources() -> None:
    guard = Guard(datagrams_per_s=100, burst=50)
    flood = [guard.check(INVITE.encode(), "192.0.2.1", 0.0) for _ in range(80)]
    assert flood.count(Dropped.RATE) == 30
    assert guard.check(INVITE.encode(), "192.0.2.2", 0.0) == INVITE
    assert guard.check(INVITE.encode(), "192.0.2.1", 0.011) == INVITE
    assert guard.check(INVITE.encode(), "192.0.2.1", 0.012) is Dropped.RATE


def test_many_sources_do_not_fill_the_memory() -> None:
    guard = Guard()
    for number in range(MAX_SOURCES + 500):
        guard.check(b"\r\n", f"10.0.{number // 256}.{number % 256}", 0.0)
    assert len(guard._rate) == MAX_SOURCES


@given(st.binary(max_size=2000))
def test_any_bytes_get_a_verdict(data: bytes) -> None:
    assert isinstance(Guard().check(data, "127.0.0.1", 0.0), str)


@given(st.data())
def test_any_mutation_of_a_message_gets_a_verdict_and_passes_only_without_controls(data: st.DataObject) -> None:
    message = bytearray(INVITE.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        position = data.draw(st.integers(0, len(message) - 1))
        message[position : position + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    verdict = Guard().check(bytes(message), "127.0.0.1", 0.0)
    if not isinstance(verdict, Dropped):
        head = verdict.partition("\r\n\r\n")[0]
        assert head.split("\r\n") == head.splitlines()


@given(st.text(string.printable, min_size=1, max_size=300))
def test_a_display_name_cannot_smuggle_a_header(name: str) -> None:
    verdict = replaced("王女士", name)
    if not isinstance(verdict, Dropped):
        names = [line.partition(":")[0].lower() for line in verdict.splitlines() if line[:1] not in " \t"]
        assert names.count("from") == names.count("to") == names.count("call-id") == names.count("cseq") == 1


@pytest.mark.skipif(not TORTURE.is_dir(), reason="RFC 4475 messages (shared/data) are not here")
@pytest.mark.parametrize(
    ("name", "passes"),
    [
        *(
            (name, True)
            for name in ("wsinv", "esc01", "escnull", "lwsdisp", "longreq", "dblreq", "semiuri", "transports")
        ),
        *((name, True) for name in VALID.split()),
        *((name, False) for name in INVALID.split()),
    ],
)
def test_torture_messages_pass_when_valid_and_drop_when_not(name: str, passes: bool) -> None:
    verdict = Guard().check((TORTURE / f"{name}.dat").read_bytes(), "127.0.0.1", 0.0)
    assert isinstance(verdict, Dropped) is not passes

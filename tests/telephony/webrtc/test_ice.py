"""Only checks with this line's password are answered, and only they say where the browser is."""

from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from telephony.webrtc.ice import LONGEST_CHECK, IceLite

HERE, THERE = ("192.0.2.7", 40000), ("192.0.2.8", 40001)


def check(username: str, password: str, *, nominates: bool = True, kind: stun.Class = stun.Class.REQUEST) -> bytes:
    message = stun.Message(stun.Method.BINDING, kind)
    message.attributes |= {"USERNAME": username, "PRIORITY": 1, "ICE-CONTROLLING": 7}
    if nominates:
        message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(password.encode())
    return bytes(message)


def test_a_check_is_answered_with_where_it_came_from() -> None:
    ice = IceLite("them")
    answer = ice.answer(check(f"{ice.ufrag}:them", ice.password), HERE)
    assert answer is not None and ice.peer == HERE and ice.nominated.is_set()
    told = stun.parse_message(answer)
    assert told.attributes["XOR-MAPPED-ADDRESS"] == HERE and told.check_message_integrity(ice.password.encode())


def test_a_browser_that_moves_is_followed_once_it_nominates_the_new_way() -> None:
    ice = IceLite("them")
    ice.answer(check(f"{ice.ufrag}:them", ice.password), HERE)
    assert ice.answer(check(f"{ice.ufrag}:them", ice.password, nominates=False), THERE) and ice.peer == HERE
    ice.answer(check(f"{ice.ufrag}:them", ice.password), THERE)
    assert ice.peer == THERE


def test_strangers_get_no_answer() -> None:
    ice = IceLite("them")
    for username, password in ((f"{ice.ufrag}:other", ice.password), (f"{ice.ufrag}:them", "guessed"), ("", "")):
        assert ice.answer(check(username, password), HERE) is None
    assert ice.answer(check(f"{ice.ufrag}:them", ice.password, kind=stun.Class.INDICATION), HERE) is None
    plain = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    assert ice.answer(bytes(plain), HERE) is None and ice.peer is None


def test_what_does_not_name_us_or_is_too_long_is_not_even_read() -> None:
    ice = IceLite("them")
    assert ice.is_named_in(check(f"{ice.ufrag}:them", ice.password))
    assert not ice.is_named_in(check("other:them", ice.password))
    assert not ice.is_named_in(check(f"{ice.ufrag}:them", ice.password) + bytes(LONGEST_CHECK))


@given(st.binary(max_size=200), st.integers(0, 3))
def test_any_bytes_are_borne(data: bytes, first: int) -> None:
    ice = IceLite("them")
    assert ice.answer(bytes([first]) + data, HERE) is None
    whole = bytearray(check(f"{ice.ufrag}:them", ice.password))
    whole[20 : 20 + len(data)] = data[: len(whole) - 20]
    ice.answer(bytes(whole), HERE)

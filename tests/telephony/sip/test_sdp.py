"""Invariant: any session description becomes one safe audio stream or an `SdpError`; offer and answer agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.codecs import PCMA, PCMU
from telephony.sip.negotiation import Negotiation, NoCommonCodec
from telephony.sip.sdp import MAX_SDP_CHARS, Direction, Format, SdpError, SessionDescription, parse

OFFER = (
    "v=0\r\no=pbx 12 3 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 18 0 8 96\r\na=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\na=ptime:20\r\n"
)


def ours() -> Negotiation:
    return Negotiation("198.51.100.1", 20000)


def test_an_offer_is_read() -> None:
    offer = parse(OFFER)
    assert (offer.address, offer.port, offer.direction) == ("192.0.2.1", 40000, Direction.SENDRECV)
    assert [f.payload_type for f in offer.formats] == [0, 8, 96]
    assert offer.dtmf_payload_type == 96


def test_the_answer_takes_the_callers_first_codec_and_its_number_for_keys() -> None:
    answer, agreement = ours().answer(parse(OFFER))
    assert agreement.codec is PCMU
    assert agreement.remote == ("192.0.2.1", 40000)
    assert agreement.dtmf_payload_type == 96
    assert "m=audio 20000 RTP/AVP 0 96\r\n" in answer.serialize()


@pytest.mark.parametrize(
    ("line", "said", "send", "receive"),
    [
        ("a=sendrecv", "sendrecv", True, True),
        ("a=sendonly", "recvonly", False, True),
        ("a=recvonly", "sendonly", True, False),
        ("a=inactive", "inactive", False, False),
    ],
)
def test_the_answers_direction_mirrors_the_offers(line: str, said: str, send: bool, receive: bool) -> None:
    answer, agreement = ours().answer(parse(OFFER + line + "\r\n"))
    assert answer.direction == said
    assert (agreement.send, agreement.receive) == (send, receive)


def test_the_old_hold_address_means_send_nothing() -> None:
    _, agreement = ours().answer(parse(OFFER.replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0")))
    assert not agreement.send


def test_while_we_hold_the_peer_it_is_not_asked_to_speak() -> None:
    negotiation = ours()
    negotiation.held_by_us = True
    assert negotiation.offer().direction is Direction.SENDONLY
    answer, agreement = negotiation.answer(parse(OFFER))
    assert answer.direction is Direction.SENDONLY
    assert not agreement.receive


def test_every_description_of_ours_has_a_higher_version() -> None:
    negotiation = ours()
    versions = [negotiation.offer().version, negotiation.answer(parse(OFFER))[0].version, negotiation.offer().version]
    assert versions == sorted(set(versions))


def test_other_streams_are_refused_in_their_places() -> None:
    video = "m=video 5000 RTP/AVP 99\r\n"
    text = OFFER.replace("m=audio", video + "m=audio") + "m=image 6000 udptl t38\r\n"
    answer = ours().answer(parse(text))[0].serialize()
    assert [line for line in answer.split("\r\n") if line.startswith("m=")] == [
        "m=video 0 RTP/AVP 99",
        "m=audio 20000 RTP/AVP 0 96",
        "m=image 0 udptl t38",
    ]


def test_no_common_codec_is_told_apart_from_a_bad_description() -> None:
    with pytest.raises(NoCommonCodec):
        ours().answer(parse(OFFER.replace("18 0 8", "18")))


def test_a_static_number_with_another_meaning_is_not_our_codec() -> None:
    offer = parse(OFFER.replace("18 0 8", "0 8") + "a=rtpmap:0 L16/8000\r\n")
    assert ours().answer(offer)[1].codec is PCMA


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        OFFER.replace("v=0", "v=9"),
        OFFER.replace("m=audio 40000", "m=audio 70000"),
        OFFER.replace("m=audio 40000", "m=audio 0"),
        OFFER.replace("RTP/AVP", "RTP/SAVP"),
        OFFER.replace("c=IN IP4 192.0.2.1\r\n", ""),
        OFFER.replace("c=IN IP4 192.0.2.1", "c=IN IP4 media.example.com"),
        OFFER.replace("c=IN IP4 192.0.2.1", "c=IN IP4 224.0.0.1"),
        OFFER.replace("c=IN IP4 192.0.2.1", "c=IN IP6 2001:db8::1"),
        OFFER.replace("18 0 8 96", "18 0 8 -1"),
        OFFER.replace("18 0 8 96", " ".join(["0"] * 100)),
        OFFER + "m=audio 1 RTP/AVP 0\r\n" * 20,
        OFFER + "a=" + "x" * MAX_SDP_CHARS,
        OFFER + "nonsense\r\n",
        OFFER + "a=rtpmap:999 PCMA/8000\r\n",
    ],
)
def test_bad_descriptions_are_named_as_such(text: str) -> None:
    with pytest.raises(SdpError):
        parse(text)


directions = st.sampled_from(Direction)
known_formats = [Format(0, "PCMU"), Format(8, "PCMA"), Format(101, "TELEPHONE-EVENT")]
formats = st.lists(st.sampled_from(known_formats), min_size=1, max_size=3, unique=True)
descriptions = st.builds(
    SessionDescription,
    address=st.integers(1, 223).map(lambda first: f"{first}.0.2.1"),
    port=st.integers(1, 65535),
    formats=formats.map(tuple),
    direction=directions,
    session_id=st.integers(0, 2**63),
    version=st.integers(0, 2**63),
)


@given(descriptions)
def test_what_we_write_we_read_back(description: SessionDescription) -> None:
    assert parse(description.serialize()) == description


@given(st.booleans(), st.booleans(), directions)
def test_nobody_sends_to_a_side_that_does_not_listen(held_by_us: bool, they_hold: bool, direction: Direction) -> None:
    offering, answering = ours(), Negotiation("192.0.2.1", 30000)
    offering.held_by_us, answering.held_by_us = held_by_us, they_hold
    answer, theirs = answering.answer(offering.offer())
    agreed = offering.accept(answer)
    assert not (agreed.send and not theirs.receive)
    assert not (theirs.send and not agreed.receive)


@given(st.text(max_size=600))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with pytest.raises(SdpError):
        parse(text)


@given(st.data())
def test_any_mutation_of_an_offer_is_parsed_or_refused(data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(OFFER)))
    text = OFFER[:position] + data.draw(st.text(max_size=8)) + OFFER[position + data.draw(st.integers(0, 8)) :]
    try:
        offer = parse(text)
        ours().answer(offer)
    except (SdpError, NoCommonCodec):
        return
    assert 0 < offer.port < 65536

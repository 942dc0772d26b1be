"""An offer is taken for exactly what a phone's page makes; everything else is refused, and nothing breaks on it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.codecs import PCMA
from telephony.webrtc.errors import OfferRefused
from telephony.webrtc.sdp import LONGEST_OFFER, Fingerprint, Offer, OurEnd, answer, parse_offer

DIGEST = ":".join(["0A"] * 32)
LINES = (
    *("v=0", "o=- 4611 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0"),
    *("m=audio 9 UDP/TLS/RTP/SAVPF 111 8 0", "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0"),
    *("a=ice-ufrag:Yk0n", "a=ice-pwd:yFh2b0xDkX9qXo7Vf0mZ1u3K", f"a=fingerprint:sha-256 {DIGEST.lower()}"),
    *("a=setup:actpass", "a=mid:0", "a=sendrecv", "a=rtcp-mux", "a=rtpmap:8 PCMA/8000"),
)


def offer(*without: str, more: tuple[str, ...] = ()) -> str:
    kept = [line for line in LINES if not line.startswith(without or ("#",))]
    return "\r\n".join([*kept, *more, ""])


def test_what_a_browser_offers_is_understood() -> None:
    assert parse_offer(offer()) == Offer("0", PCMA, "Yk0n", (Fingerprint("sha-256", DIGEST),))


def test_the_answer_names_every_address_and_the_codec_that_was_chosen() -> None:
    ours = OurEnd(("192.0.2.1", "198.51.100.7"), 30002, "abcd", "p" * 32, Fingerprint("sha-256", DIGEST))
    lines = answer(parse_offer(offer()), ours).split("\r\n")
    assert "m=audio 30002 UDP/TLS/RTP/SAVPF 8" in lines and "a=ice-lite" in lines and "a=setup:active" in lines
    assert [line.split()[4:6] for line in lines if line.startswith("a=candidate:")] == [
        ["192.0.2.1", "30002"],
        ["198.51.100.7", "30002"],
    ]


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "v=0",
        offer() + "x" * LONGEST_OFFER,
        offer("m="),
        offer(more=("m=video 9 UDP/TLS/RTP/SAVPF 96",)),
        offer("m=", more=("m=audio 9 RTP/AVP 8",)),
        offer("m=", more=("m=audio 9 UDP/TLS/RTP/SAVPF 111",)),
        offer("a=rtcp-mux"),
        offer("a=fingerprint"),
        offer("a=fingerprint", more=("a=fingerprint:md5 00:11",)),
        offer("a=ice-ufrag"),
        offer("a=ice-ufrag", more=("a=ice-ufrag:a b:c",)),
        offer(more=("a=ice-ufrag:other",)),
        offer("a=ice-pwd", more=("a=ice-pwd:short",)),
        offer("a=setup", more=("a=setup:active",)),
        offer("a=mid", more=("a=mid:0\ra=evil:1",)),
    ],
)
def test_other_offers_are_refused(hostile: str) -> None:
    with pytest.raises(OfferRefused):
        parse_offer(hostile)


@given(st.lists(st.sampled_from(LINES) | st.text(max_size=60), max_size=40), st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_text_is_an_offer_or_refused(lines: list[str], end: str) -> None:
    try:
        parsed = parse_offer(end.join(lines))
    except OfferRefused:
        return
    assert "\r" not in parsed.mid and "\n" not in parsed.mid

"""An event survives the wire unchanged, and nothing that is no event is taken for one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.events import (
    CallAnswered,
    CallEnded,
    CallStarted,
    EventError,
    PartialTranscript,
    RecordingPaused,
    RecordingResumed,
    ReplyStarted,
    TaskCreated,
    TurnFinished,
    from_json,
    live_from_json,
    live_to_json,
    live_topic,
    to_json,
    topic,
)

ids = st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)
times = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
slots = st.dictionaries(texts, st.none() | st.booleans() | st.integers(-1000, 1000) | texts, max_size=3)
events = st.one_of(
    st.builds(CallStarted, ids, times, texts, texts, texts, dialect_prior=st.dictionaries(texts, st.floats(0, 1))),
    st.builds(CallAnswered, ids, times),
    st.builds(TurnFinished, ids, times, st.integers(0, 99), texts, texts, slots=slots),
    st.builds(ReplyStarted, ids, times, st.integers(0, 99), texts, st.none() | st.integers(0, 9999)),
    st.builds(CallEnded, ids, times, texts, texts, st.floats(0, 1e5), st.none() | texts),
    st.builds(RecordingPaused, ids, times, ids, st.integers(0, 9999)),
    st.builds(RecordingResumed, ids, times, ids, st.integers(0, 9999)),
    st.builds(TaskCreated, ids, times, ids, texts, texts, st.none() | times),
)


@given(events)
def test_an_event_comes_back_as_it_was_sent(event: CallStarted) -> None:
    assert from_json(topic(event, "node-1"), to_json(event)) == event


@given(st.builds(PartialTranscript, ids, st.integers(0, 999), texts, texts, st.floats(0, 1e5)))
def test_a_live_event_comes_back_as_it_was_sent_and_is_no_other(event: PartialTranscript) -> None:
    where, payload = live_topic(event, "node-1"), live_to_json(event)
    assert live_from_json(where, payload) == event
    with pytest.raises(EventError):
        from_json(where, payload)


@given(st.text(max_size=80), st.binary(max_size=80))
def test_anything_else_is_refused(where: str, payload: bytes) -> None:
    with pytest.raises(EventError):
        from_json(where, payload)


@given(st.binary(max_size=80))
def test_a_wrong_payload_on_a_right_topic_is_refused(payload: bytes) -> None:
    with pytest.raises(EventError):
        from_json("voicebot/node-1/calls/call-1/call_ended", payload)


def test_an_event_on_another_call_s_topic_is_refused() -> None:
    event = CallAnswered("call-1", datetime(2026, 11, 5, tzinfo=UTC))
    with pytest.raises(EventError, match="another call"):
        from_json("voicebot/node-1/calls/call-2/call_answered", to_json(event))

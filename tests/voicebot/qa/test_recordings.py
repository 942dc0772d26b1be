"""Guards what is heard in recordings: music and noise are nobody's speech, levels and clipping are what they are, files
that are no recordings of ours are named, and the real call agrees with intervals that were marked by hand."""

import csv
from collections.abc import Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.espeak import SAMPLE_RATE, Espeak
from models.silero import SileroVad
from models.training.noise import recorded
from telephony.audio import resample
from telephony.hold_music import hold_music
from tests.wav import write_wav
from voicebot.qa.material import CallMeasures, Side, Span
from voicebot.qa.measuring.ear import RATE_HZ, HeardSide
from voicebot.qa.measuring.kept import kept_measures, measured
from voicebot.qa.measuring.measures import measure
from voicebot.qa.measuring.recording import Heard, RecordingUnreadable, listen
from voicebot.qa.measuring.spans import joined, shared, total_ms
from voicebot.store.recording_gaps import RecordingGaps
from voicebot.store.records import CallRecord
from voicebot.store.store import Store

DATA = Path(__file__).parents[4] / "shared" / "data" / "speech_en_telephone" / "audio"
REFERENCE = Path(__file__).with_name("aws_call49_170s_230s.csv")
MINUTE = Span(170_000, 230_000)


@pytest.fixture(scope="module")
def judge() -> SileroVad:
    return SileroVad()


@pytest.fixture(scope="module")
def sentence() -> NDArray[np.int16]:
    speech = Espeak().synthesize("您好，这里是客服中心，请问有什么可以帮您？", "cmn")
    return resample(speech, SAMPLE_RATE, RATE_HZ)


def write(path: Path, caller: NDArray[np.int16], ours: NDArray[np.int16]) -> Path:
    length = max(caller.size, ours.size)
    return write_wav(path, np.stack([np.pad(side, (0, length - side.size)) for side in (caller, ours)], axis=1))


def silence(seconds: float) -> NDArray[np.int16]:
    return np.zeros(round(seconds * RATE_HZ), np.int16)


def test_speech_is_found_where_it_is(tmp_path: Path, judge: SileroVad, sentence: NDArray[np.int16]) -> None:
    path = write(tmp_path / "call.wav", np.concatenate([silence(3), sentence]), np.concatenate([sentence, silence(5)]))
    heard = listen(path, judge)
    length_ms = sentence.size * 1000 // RATE_HZ
    assert heard.caller.speech[0].started_ms == pytest.approx(3000, abs=150)
    assert heard.caller.speech[-1].ended_ms == pytest.approx(3000 + length_ms, abs=250)
    assert heard.ours.speech[0].started_ms == pytest.approx(0, abs=150)
    assert heard.ours.music == ()


def test_music_is_no_speech(tmp_path: Path, judge: SileroVad, sentence: NDArray[np.int16]) -> None:
    music = hold_music()[: 20 * RATE_HZ]
    heard = listen(write(tmp_path / "call.wav", silence(1), np.concatenate([sentence, music])), judge)
    begin_ms = sentence.size * 1000 // RATE_HZ
    assert heard.ours.speech[-1].ended_ms < begin_ms + 300
    assert total_ms(heard.ours.music) > 18_000
    assert measure(heard).holds


def test_noise_is_no_speech(tmp_path: Path, judge: SileroVad) -> None:
    hiss = (np.random.default_rng(1).standard_normal(20 * RATE_HZ) * 300).astype(np.int16)
    heard = listen(write(tmp_path / "call.wav", hiss, hiss), judge)
    assert (heard.caller.speech, heard.ours.music) == ((), ())


def test_level_and_clipping_are_of_the_speech(tmp_path: Path, judge: SileroVad, sentence: NDArray[np.int16]) -> None:
    torn = np.clip(sentence.astype(np.int32) * 12, -32_124, 32_124).astype(np.int16)
    soft = (sentence / 16).astype(np.int16)
    quiet = np.concatenate([soft, silence(2)])
    heard = listen(write(tmp_path / "call.wav", np.concatenate([torn, silence(2)]), quiet), judge)
    measures = measure(heard)
    assert set(measures.caller.problems) == {"too_loud", "clipped"}
    assert measures.ours.problems == ("too_quiet",)


def test_the_other_sides_echo_is_not_this_sides_speech(
    tmp_path: Path, judge: SileroVad, sentence: NDArray[np.int16]
) -> None:
    gap = silence(sentence.size / RATE_HZ + 1)
    caller = np.concatenate([sentence, gap, sentence])
    echo = np.concatenate([gap[: RATE_HZ // 2], sentence, gap[: RATE_HZ // 2], (sentence / 40).astype(np.int16)])
    heard = listen(write(tmp_path / "call.wav", echo, caller), judge)
    assert heard.caller.speech[-1].ended_ms < sentence.size * 1000 // RATE_HZ + 800


def test_a_long_call_is_heard_in_pieces(tmp_path: Path, judge: SileroVad, sentence: NDArray[np.int16]) -> None:
    """Speech across the seams between pieces is one, and the end of the file is not lost."""
    once = np.concatenate([sentence, silence(1)])
    heard = listen(write(tmp_path / "call.wav", np.tile(once, 20), silence(1)), judge)
    sentences = joined(heard.caller.speech, gap_ms=600)
    assert len(sentences) == 20
    due_ms = [place * once.size * 1000 // RATE_HZ for place in range(20)]
    assert [span.started_ms for span in sentences] == pytest.approx(due_ms, abs=150)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "cannot be read"),
        (b"RIFF\x00\x00\x00\x00WAVE", "cannot be read"),
        (b"no sound at all" * 9, "cannot be read"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, judge: SileroVad, content: bytes, complaint: str) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(content)
    with pytest.raises(RecordingUnreadable, match=complaint):
        listen(path, judge)


def test_a_recording_of_one_channel_is_refused(tmp_path: Path, judge: SileroVad) -> None:
    with pytest.raises(RecordingUnreadable, match="1 channel"):
        listen(write_wav(tmp_path / "mono.wav", silence(1)), judge)
    with pytest.raises(RecordingUnreadable, match="No such file"):
        listen(tmp_path / "gone.wav", judge)


def test_a_recording_cut_off_in_mid_sample_is_heard_to_there(
    tmp_path: Path, judge: SileroVad, sentence: NDArray[np.int16]
) -> None:
    path = write(tmp_path / "call.wav", np.tile(sentence, 3), silence(1))
    path.write_bytes(path.read_bytes()[: 44 + sentence.size * 4 + 3])
    heard = listen(path, judge)
    assert heard.length_ms == sentence.size * 1000 // RATE_HZ
    assert heard.caller.speech


async def test_measures_are_taken_once_and_kept(tmp_path: Path, judge: SileroVad, sentence: NDArray[np.int16]) -> None:
    path = write(tmp_path / "call.wav", sentence, np.concatenate([silence(2), sentence]))
    now = datetime(2026, 11, 27, 9, tzinfo=UTC)
    async with Store(f"sqlite:///{tmp_path / 'calls.db'}") as store:
        await store.open_call(CallRecord("c1", "l1", "inbound", "+8613800000000", "4001", now))
        assert await kept_measures(store, "c1") is None
        measures = await measured(store, "c1", path, (), judge, at=now)
        path.unlink()
        assert await measured(store, "c1", path, (), judge, at=now) == measures
        assert measures.talk_over


async def test_a_pause_of_the_recording_is_nobodys_silence(
    tmp_path: Path, judge: SileroVad, sentence: NDArray[np.int16]
) -> None:
    side = np.concatenate([sentence, silence(4), sentence])
    path, gone_ms = write(tmp_path / "call.wav", side, silence(1)), sentence.size * 1000 // RATE_HZ
    now = datetime(2026, 11, 27, 9, tzinfo=UTC)
    async with Store(f"sqlite:///{tmp_path / 'calls.db'}") as store:
        await store.open_call(CallRecord("c1", "l1", "inbound", "+8613800000000", "4001", now))
        assert measure(listen(path, judge)).silences
        await RecordingGaps(store).begin("c1", gone_ms - 500, "flow")
        await RecordingGaps(store).end("c1", gone_ms + 4500)
        assert not (await measured(store, "c1", path, (), judge, at=now)).silences


# The real call


def reference() -> dict[Side, list[Span]]:
    lines = [line for line in REFERENCE.read_text("utf-8").splitlines() if not line.startswith("#")]
    marked: dict[Side, list[Span]] = {"caller": [], "ours": []}
    for row in csv.DictReader(lines):
        span = Span(round(float(row["start_s"]) * 1000), round(float(row["end_s"]) * 1000))
        marked["caller" if row["side"] == "caller" else "ours"].append(span)
    return marked


@pytest.fixture(scope="module")
def minute(tmp_path_factory: pytest.TempPathFactory, judge: SileroVad) -> Heard:
    """The reference's minute as it is heard within the whole call."""
    if not DATA.is_dir():
        pytest.skip("needs ../shared/data/speech_en_telephone")
    caller, ours = (
        np.clip(np.rint(recorded(DATA / f"aws_call49_{side}.flac") * 32768), -32768, 32767).astype(np.int16)
        for side in ("caller", "agent")
    )
    heard = listen(write(tmp_path_factory.mktemp("call") / "call.wav", caller, ours), judge)
    return Heard(MINUTE.ended_ms, cut(heard.caller), cut(heard.ours))


def cut(side: HeardSide) -> HeardSide:
    return HeardSide(tuple(shared(side.speech, [MINUTE])), (), side.level_dbfs, side.clipped)


def marked_measures() -> CallMeasures:
    marked = reference()
    sides = (HeardSide(tuple(marked[side]), (), -17.0) for side in ("caller", "ours"))
    return measure(Heard(MINUTE.ended_ms, *sides))


@pytest.mark.parametrize("side", ["caller", "ours"])
def test_speech_in_the_real_call_is_where_it_was_marked_by_hand(minute: Heard, side: Side) -> None:
    marked, found = reference()[side], getattr(minute, side).speech
    both = total_ms(shared(marked, found))
    assert both / total_ms(marked) > 0.97
    assert both / total_ms(found) > 0.97


def test_measures_of_the_real_call_are_those_of_the_reference(minute: Heard) -> None:
    marked, found = marked_measures(), measure(minute)
    assert found.caller.talk_ms == pytest.approx(marked.caller.talk_ms, rel=0.03)
    assert found.ours.talk_ms == pytest.approx(marked.ours.talk_ms, rel=0.03)
    assert total_ms(found.talk_over) == pytest.approx(total_ms(marked.talk_over), rel=0.06)
    assert near(within(found.silences), within(marked.silences))
    assert [each.by for each in found.interruptions] == [each.by for each in marked.interruptions] == ["caller"] * 2
    assert near([each.span for each in found.interruptions], [each.span for each in marked.interruptions])


def within(spans: Sequence[Span]) -> list[Span]:
    return [span for span in spans if span.started_ms >= MINUTE.started_ms]


def near(found: Sequence[Span], marked: Sequence[Span], *, slack_ms: int = 120) -> bool:
    pairs = list(zip(found, marked, strict=True))
    return all(abs(a - b) <= slack_ms for pair in pairs for a, b in zip(*map(astuple, pair), strict=True))

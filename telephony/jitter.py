"""The jitter buffer: packets in, whatever their order and length; an even stream of frames out."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from telephony.audio import FRAME_SAMPLES, SAMPLE_RATE_HZ, Frame, Samples

_RING: Final = 64 * FRAME_SAMPLES  # 1.28 s
_QUIET_PEAK: Final = 328
"""-40 dBFS: a frame with no louder sample may be left out unnoticed."""
_GAPS: Final = bytes(_RING)
_FILLED: Final = b"\1" * _RING


@dataclass(frozen=True, slots=True)
class JitterConfig:
    """How long audio may wait in the buffer. All times in milliseconds."""

    least: float = 20
    """Delay given to the first packet after silence when the network is even."""
    most: float = 200
    """More than this is never kept: what is older is left out."""
    jitters: float = 3
    """Delay given after silence, in multiples of the measured mean jitter (RFC 3550)."""
    settle: float = 2000
    """How long the buffer must have held more than it needs before it plays faster."""


def signed32(difference: int) -> int:
    """A difference of two 32-bit counters, taken the short way round."""
    return ((difference + 0x80000000) & 0xFFFFFFFF) - 0x80000000


def signed16(difference: int) -> int:
    """A difference of two 16-bit counters, taken the short way round."""
    return ((difference + 0x8000) & 0xFFFF) - 0x8000


class JitterBuffer:
    """Keeps the samples of about one second in a ring, at the place that their RTP timestamp gives them.

    So reordering, duplicates and packets of any length need no care of their own. `pull` walks on by one frame:

        position ┐              ┌ newest
        ─────────▼██████░░░░████▼─────────   █ received  ░ lost: `pull` gives None, the caller conceals
                  └── depth ────┘

    When nothing is left, the position waits: the delay grows by just what the network needed, once. When the depth
    stayed higher than needed for `settle`, one quiet frame is left out. Pure: never reads a clock.
    """

    def __init__(self, config: JitterConfig = JitterConfig()) -> None:
        self._least = _samples(config.least)
        self._most = _samples(config.most)
        self._jitters = config.jitters
        self._settle_frames = _samples(config.settle) // FRAME_SAMPLES
        self._ring = np.zeros(_RING, np.int16)
        self._filled = bytearray(_RING)
        self.late = 0
        """Packets that came after their place had been played, or twice."""
        self.jitter_samples: float
        """Mean deviation of the packets' spacing, smoothed as in RFC 3550, section 6.4.1."""
        self.restart()

    def restart(self) -> None:
        """Forgets all audio and the timestamps: the next packet begins a new stream."""
        self._started = False
        self._filled[:] = _GAPS
        self.jitter_samples = 0.0
        self._position = self._newest = 0  # unwrapped timestamps
        self._last_transit = 0.0
        self._stray_timestamp: int | None = None
        self._watched_frames = 0
        self._least_depth = _RING

    @property
    def depth_samples(self) -> int:
        """Audio between what plays next and the newest that has come."""
        return self._newest - self._position

    def put(self, timestamp: int, samples: Samples, arrival_s: float) -> None:
        """Takes in one packet. timestamp: as on the wire (32 bits). arrival_s: on any steady clock."""
        size = samples.size
        if size == 0 or size > self._most:
            return
        if not self._started:
            self._start_at(timestamp, arrival_s)
        start = self._newest + signed32(timestamp - self._newest)
        transit = arrival_s * SAMPLE_RATE_HZ - start
        if abs(transit - self._last_transit) > _RING:
            self._consider_a_jump(timestamp, samples, arrival_s)
            return
        self._stray_timestamp = None
        self._measure_jitter(transit)
        if self._newest - self._position < FRAME_SAMPLES or start + size - self._position > _RING:
            self._begin_talking(start)
        if start < self._position or self._filled[start % _RING]:
            self.late += 1
            return
        self._store(start, samples, size)

    def pull(self) -> Frame | None:
        """The next 20 ms, None when they are lost or have not come."""
        depth = self._newest - self._position
        if depth < FRAME_SAMPLES:
            self._watch_depth()
            return None
        if depth > self._most:
            self._leave_out(depth - self._most)
        if depth < self._least_depth:
            self._least_depth = depth
        self._watched_frames += 1
        frame = self._take()
        if self._watched_frames >= self._settle_frames:
            frame = self._play_faster_if_too_deep(frame)
        return frame

    def _start_at(self, timestamp: int, arrival_s: float) -> None:
        self._started = True
        self._newest = timestamp
        self._position = timestamp - _RING  # anywhere long past
        self._last_transit = arrival_s * SAMPLE_RATE_HZ - timestamp

    def _consider_a_jump(self, timestamp: int, samples: Samples, arrival_s: float) -> None:
        """A timestamp that the clock does not explain counts only when a second packet follows it: then the peer
        began anew. One alone is a stray, or an attack."""
        stray, self._stray_timestamp = self._stray_timestamp, timestamp
        if stray is not None and 0 < signed32(timestamp - stray) <= 4 * max(samples.size, FRAME_SAMPLES):
            self.restart()
            self.put(timestamp, samples, arrival_s)

    def _measure_jitter(self, transit: float) -> None:
        self.jitter_samples += (abs(transit - self._last_transit) - self.jitter_samples) / 16
        self._last_transit = transit

    def _begin_talking(self, start: int) -> None:
        """The buffer has run empty: what comes now may wait as long as the jitter asks for."""
        position = start - self._delay_after_silence()
        if position > self._position:
            self._filled[:] = _GAPS
            self._position = position

    def _delay_after_silence(self) -> int:
        return min(max(self._least, int(self._jitters * self.jitter_samples)), self._most)

    def _store(self, start: int, samples: Samples, size: int) -> None:
        at = start % _RING
        end = at + size
        if end <= _RING:
            self._ring[at:end] = samples
            self._filled[at:end] = _FILLED[:size]
        else:
            split = _RING - at
            self._store(start, samples[:split], split)
            self._store(start + split, samples[split:], size - split)
        self._newest = max(self._newest, start + size)

    def _take(self) -> Frame | None:
        """The frame at the position, which moves on; its place in the ring becomes free."""
        at = self._position % _RING
        end = at + FRAME_SAMPLES
        self._position += FRAME_SAMPLES
        if end > _RING:
            return self._take_across_the_end(at)
        whole = self._filled.find(0, at, end) < 0
        self._filled[at:end] = _GAPS[:FRAME_SAMPLES]
        return self._ring[at:end].copy() if whole else None

    def _take_across_the_end(self, at: int) -> Frame | None:
        end = at + FRAME_SAMPLES - _RING
        whole = self._filled.find(0, at) < 0 and self._filled.find(0, 0, end) < 0
        frame = np.concatenate((self._ring[at:], self._ring[:end]))
        self._filled[at:] = _GAPS[: _RING - at]
        self._filled[:end] = _GAPS[:end]
        return frame if whole else None

    def _leave_out(self, samples: int) -> None:
        for _ in range(-(-samples // FRAME_SAMPLES)):
            self._take()

    def _watch_depth(self) -> None:
        self._watched_frames = 0
        self._least_depth = _RING

    def _play_faster_if_too_deep(self, frame: Frame | None) -> Frame | None:
        """Leaves one frame out, where it is quiet enough not to be heard."""
        if self._least_depth < 3 * FRAME_SAMPLES:
            self._watch_depth()
        elif frame is not None and int(np.abs(frame).max()) < _QUIET_PEAK:
            self._watch_depth()
            return self._take()
        return frame


def _samples(milliseconds: float) -> int:
    return int(milliseconds * SAMPLE_RATE_HZ / 1000)

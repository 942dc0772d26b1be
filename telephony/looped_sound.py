"""A clip without end, as what a waiting party hears."""

import numpy as np

from telephony.audio import FRAME_SAMPLES, Frame, Samples


class LoopedSound:
    """Plays a clip over and over. One listener's place in it: it stands still while nobody hears it."""

    def __init__(self, clip: Samples) -> None:
        """clip: shared, never written into. One that is no whole number of frames is filled up with silence.

        Raises ValueError for an empty one.
        """
        if not clip.size:
            raise ValueError("there is nothing to play in an empty clip")
        missing = -clip.size % FRAME_SAMPLES
        self._clip = np.pad(clip, (0, missing)) if missing else clip
        self._at = 0

    def next_frame(self) -> Frame:
        frame = self._clip[self._at : self._at + FRAME_SAMPLES]
        self._at = (self._at + FRAME_SAMPLES) % self._clip.size
        return frame

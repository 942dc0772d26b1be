"""What a caller has said so far, while still speaking: the part that will stay, and the part that may change."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Partial:
    """One look at an utterance that goes on."""

    stable: str
    """Agreed on by two looks: it never changes again."""
    unstable: str
    """What the last look adds."""

    @property
    def text(self) -> str:
        return self.stable + self.unstable


class StablePrefix:
    """Local agreement: the beginning that two successive hypotheses share is taken as said (Liu et al., "Low-Latency
    Sequence-to-Sequence Speech Recognition and Translation by Partial Hypothesis Selection", 2020)."""

    def __init__(self) -> None:
        self._utterance = 0
        self._stable = ""
        self._last = ""

    def hear(self, utterance: int, text: str) -> Partial:
        """The next hypothesis for an utterance; another utterance begins anew."""
        if utterance != self._utterance:
            self._utterance, self._stable, self._last = utterance, "", ""
        agreed = _common(self._last, text)
        if len(agreed) > len(self._stable) and agreed.startswith(self._stable):
            self._stable = agreed
        self._last = text
        return Partial(self._stable, text[len(self._stable) :])


def _common(one: str, other: str) -> str:
    """The longest common beginning."""
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    return one[:length]

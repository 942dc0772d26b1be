"""When a pause ends the caller's turn. No I/O and no clock: fed with what was made of the words, it returns a wait.

    finished      查一下我的订单到哪里了 ───┤ settled                                    reply
    unclear       上次买的那个电饭煲 ─────────┤ unsure                                   reply
    announced     我想问一下 ───────────────────────────┤ patient                        reply
    dictated      二零二四一一 ───────────────────────────────┤ dictated_part            reply
    dictated      二零二四一一零五 ───────────────┤ dictated_whole                       reply

The words decide which of these waits it is. How the voice ends and an end-of-turn model move it by a bounded amount:
evidence, never the only judge. The habit of the caller, pauses after which they went on, sets a floor below it:

    caller   我的订单──┤ 0.5 ├──就是上周的──┤ 0.6 ├──到哪里了──┤ floor > 0.55 ├ reply
"""

import math
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

MARGIN: Final = 1.15
"""The floor lies this much above the pauses it was learned from."""
QUANTILE: Final = 0.6
"""Of the remembered pauses, the share that the floor covers before the margin; the longest are left to `patient`."""
PAUSES_TO_TRUST: Final = 2.0
"""Weight of pauses from which the habit counts in full; a single pause counts for a quarter."""
WEIGHT_AFTER_UNFINISHED: Final = 0.5
"""A pause after words that announce more says less about pauses after words that could be all."""
KEPT_A_TURN: Final = 0.75
"""What is left of a pause's weight after each further turn."""
FORGOTTEN: Final = 0.05
"""A pause of less weight is dropped."""


class Completeness(Enum):
    """How finished an utterance sounds, judged from its words (see completeness.py)."""

    COMPLETE = auto()
    UNSURE = auto()
    UNFINISHED = auto()
    EMPTY = auto()
    """Nothing was said: noise, a cough, a breath."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was made of the open utterance at a pause."""

    completeness: Completeness
    dictating: bool = False
    """Digits, an address, a spelled name: the caller pauses between groups."""
    telling: bool = False
    """What happened was asked for: the caller pauses between sentences of which each may be the last."""
    backchannel: bool = False
    """Nothing but 嗯, 好的, 对 or a syllable: said over a prompt it is no wish to talk."""
    unclear: bool = False
    """The caller answered, it seems, but no word was made out: they are asked again if nothing else is heard."""
    falling: float | None = None
    """How the voice ends: 0 (goes on) .. 1 (sounds final); None: not measured."""
    end_probability: float | None = None
    """An end-of-turn model's probability that the turn is over; None: no model."""


@dataclass(frozen=True, slots=True)
class EndpointingConfig:
    """Pauses after which a turn is over. All times in seconds, from the end of the speech."""

    shortest: float = 0.25
    """No evidence makes a wait shorter."""
    settled: float = 0.30
    """After words that are a whole request or answer."""
    unsure: float = 0.55
    """After words that may be all."""
    told: float = 0.62
    """After such words of a caller who tells what happened."""
    patient: float = 1.20
    """After words that announce more, and the longest wait when nothing is dictated."""
    dictated_whole: float = 0.95
    """After a dictated number or address that may be whole."""
    dictated_part: float = 1.60
    """After a part of one; the longest wait of all."""
    prosody: float = 0.05
    """The most that the voice's end makes the wait longer or shorter: little, see prosody.py."""
    model: float = 0.15
    """The same for an end-of-turn model."""

    def __post_init__(self) -> None:
        waits = (self.shortest, self.settled, self.unsure, self.told, self.patient, self.dictated_part)
        if list(waits) != sorted(waits) or not self.unsure <= self.dictated_whole <= self.dictated_part:
            raise ValueError(
                "endpointing: the waits must not fall in the order shortest, settled, unsure, told, patient, "
                f"dictated_part, with dictated_whole between unsure and dictated_part; they are {self}"
            )
        if min(self.shortest, self.prosody, self.model) < 0:
            raise ValueError(f"endpointing: shortest, prosody and model must not be below 0; they are {self}")


class Endpointing:
    """How long to wait for this caller; one for each call."""

    def __init__(self, config: EndpointingConfig | None = None) -> None:
        self._config = config or EndpointingConfig()
        self._habit: list[tuple[float, float]] = []  # (pause in seconds, weight)

    def wait_s(self, judgement: Judgement) -> float:
        """Pause after which the turn is over, counted from the end of the speech."""
        longest = self._config.dictated_part if judgement.dictating else self._config.patient
        wait = self._by_words(judgement) + self._by_evidence(judgement)
        return min(longest, max(wait, self.floor_s, self._config.shortest))

    def on_resumed(self, pause_s: float, before: Judgement | None = None) -> None:
        """The caller paused this long inside a turn and went on. Also when they went on after the turn was ended early.

        before: what had been made of the words before the pause; None when they were not recognised yet. Pauses
        between dictated groups are everybody's and no habit, and pauses that end no turn do not matter.
        """
        if pause_s < self._config.shortest or (before is not None and before.dictating):
            return
        unfinished = before is not None and before.completeness is Completeness.UNFINISHED
        self._habit.append((min(pause_s, self._config.patient), WEIGHT_AFTER_UNFINISHED if unfinished else 1.0))

    def on_turn_ended(self) -> None:
        """A turn is over: what was learned in earlier ones counts less from now on."""
        lighter = [(pause, weight * KEPT_A_TURN) for pause, weight in self._habit]
        self._habit = [(pause, weight) for pause, weight in lighter if weight >= FORGOTTEN]

    @property
    def floor_s(self) -> float:
        """The shortest wait for this caller: a little above their usual pauses, as far as there are enough of them."""
        weight = sum(weight for _, weight in self._habit)
        if not weight:
            return self._config.shortest
        trust = min(1.0, weight / PAUSES_TO_TRUST) ** 2
        usual = MARGIN * _weighted_quantile(self._habit, QUANTILE)
        return min(self._config.patient, self._config.shortest + trust * max(0.0, usual - self._config.shortest))

    def _by_words(self, judgement: Judgement) -> float:
        config = self._config
        match judgement.completeness:
            case Completeness.COMPLETE:
                return config.settled
            case Completeness.UNSURE:
                if judgement.dictating:
                    return config.dictated_whole
                return config.told if judgement.telling else config.unsure
            case _:
                return config.dictated_part if judgement.dictating else config.patient

    def _by_evidence(self, judgement: Judgement) -> float:
        return self._config.prosody * _doubt(judgement.falling) + self._config.model * _doubt(judgement.end_probability)


def _doubt(finality: float | None) -> float:
    """-1 (certainly over) .. 1 (certainly not); 0 for what is not known."""
    if finality is None or math.isnan(finality):
        return 0.0
    return 1.0 - 2.0 * min(1.0, max(0.0, finality))


def _weighted_quantile(weighted: list[tuple[float, float]], quantile: float) -> float:
    """The smallest value at which `quantile` of the weight is reached."""
    reach, total = 0.0, sum(weight for _, weight in weighted)
    for value, weight in sorted(weighted):
        reach += weight
        if reach >= quantile * total:
            return value
    return max(value for value, _ in weighted)

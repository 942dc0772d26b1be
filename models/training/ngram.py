"""Counting of a character n-gram model (Witten-Bell smoothing) for `models.ctc.CharLM`."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from models.ctc import CharLM


def count(sentences: Iterable[Sequence[int]], vocabulary: int, *, order: int = 3) -> CharLM:
    """A model of `sentences`, each a sequence of token ids below `vocabulary`.

    Witten and Bell, "The zero-frequency problem" (1991): a context followed by many different tokens leaves more of
    its probability to shorter contexts. The shortest leaves it to all tokens alike.
    """
    base = vocabulary + 1
    counts: list[Counter[tuple[int, int]]] = [Counter() for _ in range(order)]
    for sentence in sentences:
        context = 0
        for place, token in enumerate(sentence):
            for length in range(min(place + 1, order - 1) + 1):
                counts[length][context % base**length, token + 1] += 1
            context = (context * base + token + 1) % base ** (order - 1)
    log_probs: dict[int, float] = {}
    back_off: dict[int, float] = {}
    unknown = -math.log(vocabulary)
    lower: dict[tuple[int, int], float] = {}
    for length in range(order):
        totals: Counter[int] = Counter()
        kinds: Counter[int] = Counter()
        for (context, _), number in counts[length].items():
            totals[context] += number
            kinds[context] += 1
        current: dict[tuple[int, int], float] = {}
        for (context, digit), number in counts[length].items():
            rest = math.exp(unknown) if length == 0 else lower[context % base ** (length - 1), digit]
            current[context, digit] = (number + kinds[context] * rest) / (totals[context] + kinds[context])
            log_probs[(context * base + digit) * order + length] = math.log(current[context, digit])
        for context, number in kinds.items():
            back_off[context * order + length] = math.log(number / (totals[context] + number))
        lower = current
    return CharLM(order, vocabulary, log_probs, back_off, unknown)

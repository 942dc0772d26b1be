"""Counting of a character n-gram model (Witten-Bell smoothing) for `models.ctc.CharLM`."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from models.ctc import CharLM


def count(sentences: Iterable[Sequence[int]], vocabulary: int, *, order: int = 3, fewest: int = 1) -> CharLM:
    """A model of `sentences`, each a sequence of token ids below `vocabulary`.

    fewest: n-grams of three tokens and more are left out if they occur less often.

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
        kept: dict[tuple[int, int], int] = {}
        for (context, digit), number in counts[length].items():
            kinds[context] += 1
            if number >= fewest or length < 2:
                totals[context] += number
                kept[context, digit] = number
        current: dict[tuple[int, int], float] = {}
        for (context, digit), number in kept.items():
            rest = math.exp(unknown) if length == 0 else lower[context % base ** (length - 1), digit]
            current[context, digit] = (number + kinds[context] * rest) / (totals[context] + kinds[context])
            log_probs[(context * base + digit) * order + length] = math.log(current[context, digit])
        for context, total in totals.items():
            back_off[context * order + length] = math.log(kinds[context] / (total + kinds[context]))
        lower = current
    return CharLM(order, vocabulary, log_probs, back_off, unknown)

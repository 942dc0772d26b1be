"""The voices: espeak-ng's own, learnt from or kept back to measure with, and invented ones to learn from."""

import random
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("cmn", "yue", "cmn-sichuan")
"""Mandarin, Cantonese, and Mandarin with Sichuan's words and tones."""

TRAINING: Final = (
    "m1", "m2", "m3", "m4", "m5", "m6", "m8", "f1", "f2", "f3", "f4", "klatt", "klatt2", "klatt3", "klatt5",
    "klatt6", "Alex", "Alicia", "Andy", "Annie", "Denis", "Diogo", "Gene", "Gene2", "Henrique", "Hugo",
    "Jacky", "Lee", "Mario", "Michael", "Mike", "Nguyen", "adam", "aunty", "belinda",
    "benjamin", "boris", "caleb", "david", "ed", "edward", "grandma", "grandpa", "gustave", "ian", "iven", "john",
    "marcelo", "max", "miguel", "norbert", "pablo", "paul", "quincy", "rob", "robert", "sandro", "shelby",
    "travis", "victor", "zac",
)  # fmt: skip
HELD_OUT: Final = ("m7", "f5", "klatt4", "linda", "steph", "michel")

_VARIANTS: Final = Path("voices", "!v")
_FORMANTS: Final = 9
_ODD_FORMANT: Final = 0.12
"""How often a high formant lies anywhere: some of espeak-ng's own voices are made like that."""
_SHIFTED: Final = 0.15
_PER_INVENTED: Final = 3
"""One clip in so many is spoken by one of espeak-ng's own voices, the others by invented ones."""


def invent(data: Path, count: int, rng: random.Random) -> tuple[str, ...]:
    """Writes `count` voice variants into espeak-ng's `data` folder, over those of an earlier call.

    Returns the voices to learn from. A recogniser that has heard 61 voices knows them by heart; thousands teach it what
    voices have in common. espeak-ng knows 350 voices and languages at most, so they are renewed instead of added.
    """
    names = tuple(f"invented{number}" for number in range(count))
    for name in names:
        (data / _VARIANTS / name).write_text(variant(name, rng), encoding="utf-8")
    return (*names, *rng.choices(TRAINING, k=max(count // (_PER_INVENTED - 1), 1)))


def variant(name: str, rng: random.Random) -> str:
    """A voice drawn at random, in espeak-ng's format (docs/voices.md there): a throat, a pitch, habits of breath."""
    throat = rng.uniform(88, 128)
    pitch = min(max(rng.gauss(80 + (throat - 88) * 3, 25), 60), 250)
    lines = ["language variant", f"name {name}", f"pitch {pitch:.0f} {pitch * rng.uniform(1.15, 1.8):.0f}"]
    for formant in range(_FORMANTS):
        frequency = throat * rng.gauss(1, 0.06) if formant else rng.uniform(88, 108)
        if formant > 3 and rng.random() < _ODD_FORMANT:
            frequency = rng.uniform(5, 150)
        shift = f" {rng.randint(-260, 160)}" if rng.random() < _SHIFTED else ""
        lines.append(f"formant {formant} {frequency:.0f} {rng.uniform(50, 130):.0f} {rng.uniform(50, 170):.0f}{shift}")
    optional = (
        (0.5, f"flutter {rng.randint(0, 12)}"),
        (0.5, f"roughness {rng.randint(0, 4)}"),
        (0.6, f"voicing {rng.randint(40, 155)}"),
        (0.6, f"consonants {rng.randint(55, 150)} {rng.randint(55, 150)}"),
        (0.4, f"tone 100 {rng.randint(100, 255)} 600 {rng.randint(40, 220)} 1200 {rng.randint(15, 180)}"
              f" 2000 {rng.randint(15, 160)} 3000 {rng.randint(5, 120)}"),
        (0.2, f"breath 0 {rng.randint(0, 6)} {rng.randint(0, 8)} {rng.randint(0, 8)} {rng.randint(0, 8)} 0 0"),
        (0.2, "stressAmp " + " ".join(str(rng.randint(14, 26)) for _ in range(8))),
        (0.15, f"klatt {rng.choice((1, 2, 3, 5, 6))}"),
        (0.1, f"echo {rng.randint(20, 150)} {rng.randint(5, 20)}"),
    )  # fmt: skip
    return "\n".join([*lines, *(line for chance, line in optional if rng.random() < chance), ""])

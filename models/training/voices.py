"""The espeak-ng voices: those that the recogniser learns from, and those kept back to measure it."""

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

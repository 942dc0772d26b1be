"""espeak-ng as a speech synthesiser: Mandarin, Cantonese, and Mandarin with the tones of Sichuan.

The C library keeps one global state, so a process speaks one sentence at a time: every call takes one lock.
"""

import ctypes
import threading
from functools import cache
from pathlib import Path
from typing import Final

import espeakng_loader
import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE: Final = 22_050
"""Hz of everything espeak-ng returns."""

# Values of speak_lib.h.
_AUDIO_OUTPUT_SYNCHRONOUS: Final = 2
_INITIALIZE_DONT_EXIT: Final = 0x8000
_CHARS_UTF8: Final = 1
_POS_CHARACTER: Final = 1
_PARAMETER_RATE: Final = 1
_PARAMETER_PITCH: Final = 3
_BUFFER_MS: Final = 20

_LOCK = threading.Lock()

_SynthCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class EspeakError(RuntimeError):
    """espeak-ng could not be started or does not know a voice."""


_data: Path | None = None


def data_folder() -> Path:
    """Where the library finds its languages and voices."""
    return _data or Path(espeakng_loader.get_data_path())


def use_data(folder: Path) -> None:
    """Another data folder, such as one with more voices. To be called before anything is spoken in this process."""
    global _data
    _data = folder


@cache
def _library() -> ctypes.CDLL:
    """The library, initialised once a process. Call it under the lock."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data_path = str(data_folder()).encode()
    rate = library.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, _BUFFER_MS, data_path, _INITIALIZE_DONT_EXIT)
    if rate != SAMPLE_RATE:
        raise EspeakError(
            f"espeak-ng did not start from {data_path.decode()} (answer {rate}); reinstall espeakng-loader"
        )
    return library


class Espeak:
    """Speaks text with any espeak-ng voice. Instances are cheap: they all share the library's one state."""

    def synthesize(self, text: str, voice: str, *, rate: int = 170, pitch: int = 50) -> NDArray[np.int16]:
        """Speech at 22,050 Hz, mono.

        voice: language and variant as in "cmn+m1", "yue+f2", "cmn-latn-pinyin+m3".
        rate: nominal words a minute, 80 to 450. pitch: 0 to 100, 50 is the voice's own.
        Numbers are read as numbers however long: spell digit strings before.
        """
        chunks: list[bytes] = []

        def collect(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int | None) -> int:
            if samples and count > 0:
                chunks.append(ctypes.string_at(samples, count * 2))
            return 0

        callback = _SynthCallback(collect)
        encoded = text.replace("\0", " ").encode()
        with _LOCK:
            library = _library()
            if library.espeak_SetVoiceByName(voice.encode()) != 0:
                raise EspeakError(f"espeak-ng has no voice {voice!r}; `espeak-ng --voices` lists its languages")
            library.espeak_SetParameter(_PARAMETER_RATE, rate, 0)
            library.espeak_SetParameter(_PARAMETER_PITCH, pitch, 0)
            library.espeak_SetSynthCallback(callback)
            library.espeak_Synth(
                encoded, ctypes.c_size_t(len(encoded) + 1), 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None
            )
        return np.frombuffer(b"".join(chunks), dtype=np.int16)

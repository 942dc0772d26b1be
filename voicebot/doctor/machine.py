"""Checks of the machine itself: packages, disk, timers, sound, GPU."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import time
from importlib import metadata
from typing import Final

from voicebot.config import Settings
from voicebot.doctor.finding import Finding, fail, ok, warn

_GIB: Final = 1 << 30
_NEEDED: Final = 0.5
"""GiB; about four hours of recordings (two channels of 16 bit at 8 kHz, 1.9 MB a minute)."""
_COMFORTABLE: Final = 5.0
_LATE_S: Final = 0.005
"""A timer this late eats a quarter of a 20 ms frame."""


async def python(settings: Settings) -> Finding:
    return ok("python", f"{sys.version.split()[0]} ({sys.executable})")


async def packages(settings: Settings) -> Finding:
    required = [line for line in metadata.requires("voicebot") or [] if "extra ==" not in line]
    names = [name.group() for line in required if (name := re.match(r"[A-Za-z0-9._-]+", line))]
    missing = [name for name in names if not _installed(name)]
    if missing:
        return fail("packages", f"missing: {', '.join(missing)}", f"pip install {' '.join(missing)}")
    return ok("packages", f"all {len(names)} installed")


async def disk(settings: Settings) -> Finding:
    folder = settings.recordings_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / _GIB
    found = f"{free:.1f} GiB free for {settings.recordings_dir}"
    remedy = "free some space or move `data_dir`; a minute of recording takes 1.9 MB"
    if free < _NEEDED:
        return fail("disk", found, remedy)
    return ok("disk", found) if free >= _COMFORTABLE else warn("disk", found, remedy)


async def timers(settings: Settings) -> Finding:
    """How late a 20 ms timer is on this machine right now, as the media clock would be."""
    late = []
    for _ in range(40):
        due = time.monotonic() + 0.02
        await asyncio.sleep(0.02)
        late.append(time.monotonic() - due)
    worst = sorted(late)[-3]
    found = f"20 ms timers are up to {worst * 1000:.1f} ms late"
    if worst < _LATE_S:
        return ok("timers", found)
    return warn("timers", found, "the machine is busy: end other work, or give the media process a core of its own")


async def clock(settings: Settings) -> Finding:
    program = shutil.which("timedatectl")
    if program:
        asked = await asyncio.create_subprocess_exec(
            program, "show", "-p", "NTPSynchronized", "--value",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        answer, _ = await asyncio.wait_for(asked.communicate(), timeout=5)
        if answer.strip() == b"yes":
            return ok("clock", "synchronised")
    return warn("clock", "not known to be synchronised", "enable NTP (timedatectl set-ntp true): logs carry its time")


async def sound(settings: Settings) -> Finding:
    from telephony.microphone import MicrophoneUnavailable, PyAudioDevice

    try:
        device = await asyncio.to_thread(PyAudioDevice)
    except MicrophoneUnavailable as error:
        found, _, remedy = str(error).partition(": ")
        return warn("sound device", f"{found} (only `voicebot mic` needs it)", remedy)
    device.stop()
    return ok("sound device", f"{device.rate_hz} Hz")


async def gpu(settings: Settings) -> Finding:
    import ctranslate2

    count = ctranslate2.get_cuda_device_count()
    if count:
        return ok("gpu", f"{count} usable")
    if settings.models.asr_device == "cuda":
        return fail("gpu", "none, but models.asr_device is cuda", "install the NVIDIA driver, or set it to auto")
    return ok("gpu", "none; models run on the CPU")


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True

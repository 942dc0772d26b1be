"""Makes something of a company's folder in a process of its own, for one that may not lose a millisecond.

The child pickles what a function has made to its standard output; nobody else can write there.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from voicebot.company.problems import CompanyError, Problem

T = TypeVar("T")
_NICE: Final = 10


def made_apart(make: Callable[[Path], T], directory: Path) -> T:
    """What `make`, a function of a module, makes of the folder. Blocks its thread. Raises CompanyError."""
    child = (sys.executable, "-m", __name__, make.__module__, make.__qualname__, str(directory))
    done = subprocess.run(child, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        message = f"could not be read (exit code {done.returncode})"
        remedy = "The log says why; the next change of a file tries again"
        raise CompanyError([Problem(str(directory), None, message, remedy)])
    made = _taken_in(done.stdout)
    if isinstance(made, CompanyError):
        raise made
    return cast(T, made)


def _taken_in(pickled: bytes) -> Any:
    """Without a round of the garbage collector, which would hold all threads; and what stays is left out of later ones
    (see telephony.clock.keep_objects)."""
    gc.disable()
    try:
        return pickle.loads(pickled)  # noqa: S301 - our own child has made it
    finally:
        gc.freeze()
        gc.enable()


def main() -> None:
    _give_way()
    out, sys.stdout = sys.stdout.fileno(), sys.stderr  # whatever is logged meanwhile goes elsewhere
    module, function, directory = sys.argv[1:]
    made: object
    try:
        made = getattr(importlib.import_module(module), function)(Path(directory))
    except CompanyError as error:
        made = error
    with open(out, "wb", closefd=False) as whole:  # unlike an unbuffered stdout, where a signal cuts a write short
        pickle.dump(made, whole, pickle.HIGHEST_PROTOCOL)


def _give_way() -> None:
    """A media process runs before all others, and so would its children."""
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    os.nice(_NICE)


if __name__ == "__main__":
    main()

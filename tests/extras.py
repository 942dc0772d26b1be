"""Packages of extras: tests that need them are skipped where they are absent, and fail where everything is required."""

import importlib
import importlib.util
import os
from types import ModuleType

import pytest

_ALL_REQUIRED = os.environ.get("VOICEBOT_REQUIRE_ALL") == "1"


def needs(extra: str, *modules: str) -> pytest.MarkDecorator:
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    reason = f"the {extra} extra is not installed ({', '.join(missing)})"
    return pytest.mark.skipif(bool(missing) and not _ALL_REQUIRED, reason=reason)


def imported(extra: str, module: str) -> ModuleType:
    """The module; in place of a test module that cannot go on without it."""
    if _ALL_REQUIRED:
        return importlib.import_module(module)
    found: ModuleType = pytest.importorskip(module, reason=f"needs the {extra} extra")
    return found

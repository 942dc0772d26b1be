"""Reads one text file as people save it: with or without BOM, and a clear word about other encodings."""

from __future__ import annotations

from pathlib import Path

from voicebot.company.problems import Problem

MAX_BYTES = 64 * 1024 * 1024


def read_text(path: Path, shown: str) -> str | Problem:
    """The file's text, or what keeps it from being read. `shown` is the path to name in problems."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return Problem(shown, None, f"{size >> 20} MB is too large", f"Keep it under {MAX_BYTES >> 20} MB")
        raw = path.read_bytes()
    except FileNotFoundError:
        return Problem(shown, None, "the file is missing", "Create it; `voicebot company init` shows a complete folder")
    except OSError as error:
        return Problem(shown, None, f"cannot be read ({error.strerror})", "Check its permissions")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return Problem(shown, line, "not UTF-8", _encoding_remedy(raw, shown))


def _encoding_remedy(raw: bytes, shown: str) -> str:
    for encoding, signs in (("UTF-16", (b"\xff\xfe", b"\xfe\xff")), ("GB18030", (b"",))):
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if raw.startswith(signs):
            return f"It looks like {encoding}. Save it as UTF-8: iconv -f {encoding} -t UTF-8 {shown} -o {shown}.new"
    return "Save it as UTF-8"

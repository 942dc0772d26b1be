"""The wire between model host and clients: length-prefixed msgpack maps, with numpy arrays as an ext type.

A frame is a 4-byte big-endian length and that many bytes of msgpack. Peers are not trusted: lengths, dtypes and shapes
are checked before anything is allocated.
"""

import asyncio
import struct
from math import prod
from typing import Any, Final

import msgpack
import numpy as np

MAX_FRAME_BYTES: Final = 16 * 1024 * 1024
"""Largest frame either side accepts: 30 s of 8 kHz audio takes 0.5 MB."""

_ARRAY: Final = 1
_DTYPES: Final = frozenset({"<i2", "<i4", "<i8", "<f4", "<f8", "|u1"})
_MAX_DIMENSIONS: Final = 4


class WireError(ValueError):
    """The peer sent something that is no message of ours."""


def pack(message: dict[str, Any]) -> bytes:
    """One frame, ready to be written."""
    body: bytes = msgpack.packb(message, default=_pack_array)
    if len(body) > MAX_FRAME_BYTES:
        raise WireError(f"message of {len(body)} bytes is over the limit of {MAX_FRAME_BYTES}: send shorter audio")
    return struct.pack(">I", len(body)) + body


async def read(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    """The next message, or None when the peer has closed. Raises WireError on anything malformed."""
    try:
        (length,) = struct.unpack(">I", await reader.readexactly(4))
        if length > MAX_FRAME_BYTES:
            raise WireError(f"peer announced a frame of {length} bytes, limit {MAX_FRAME_BYTES}")
        return unpack(await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def unpack(body: bytes) -> dict[str, Any]:
    """The message in a frame's body."""
    try:
        message = msgpack.unpackb(body, ext_hook=_unpack_array)
    except WireError:
        raise
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise WireError(f"not a msgpack message: {error}") from error
    if not isinstance(message, dict):
        raise WireError("not a msgpack map")
    return message


def _pack_array(value: object) -> msgpack.ExtType:
    if isinstance(value, np.generic):
        value = np.asarray(value)
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{type(value).__name__} cannot be sent to or from the model host")
    little = value.astype(value.dtype.newbyteorder("<"), copy=False)
    if little.dtype.str not in _DTYPES:
        raise TypeError(f"arrays of {value.dtype} cannot be sent to or from the model host")
    return msgpack.ExtType(_ARRAY, msgpack.packb((little.dtype.str, little.shape, little.tobytes())))


def _unpack_array(code: int, data: bytes) -> np.ndarray[Any, Any]:
    if code != _ARRAY:
        raise WireError(f"unknown ext type {code}")
    try:
        dtype, shape, raw = msgpack.unpackb(data)
    except (ValueError, TypeError) as error:
        raise WireError("malformed array") from error
    if dtype not in _DTYPES or not isinstance(shape, list) or not isinstance(raw, bytes):
        raise WireError("malformed array")
    if len(shape) > _MAX_DIMENSIONS or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise WireError("malformed array shape")
    if prod(shape) * np.dtype(dtype).itemsize != len(raw):
        raise WireError("array shape does not fit its bytes")
    return np.frombuffer(raw, dtype=dtype).reshape(shape)

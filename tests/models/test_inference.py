"""Guards the link to the model host: every request gets its own answer, whatever other requests, cancellations,
restarts of the host and malformed peers do at the same time."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from models import wire
from models.address import Address, AddressError
from models.inference import ModelCallFailed, ModelClient, ModelHost, ModelHostUnavailable


async def double(payload: dict[str, Any]) -> dict[str, Any]:
    await asyncio.sleep(payload.get("wait_s", 0))
    return {"samples": payload["samples"] * 2}


async def count(payload: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    for number in range(payload["to"]):
        yield {"number": number}


async def fail(_payload: dict[str, Any]) -> dict[str, Any]:
    raise LookupError("no such thing")


SERVICES = {"double": double, "count": count, "fail": fail}


@contextlib.asynccontextmanager
async def running(host: ModelHost) -> AsyncIterator[None]:
    serving = asyncio.ensure_future(host.serve())
    await asyncio.wait_for(asyncio.shield(host.ready.wait()), 30)
    try:
        yield
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


@pytest.fixture
async def address(tmp_path: Path) -> str:
    return f"unix:{tmp_path}/models.sock"


async def test_fifty_requests_at_once_each_get_their_own_answer(address: str) -> None:
    async with running(ModelHost(address, SERVICES)), ModelClient(address) as client:
        payloads = [np.array([number], np.int16) for number in range(50)]
        waits = [(50 - number) / 2000 for number in range(50)]
        requests = [{"samples": p, "wait_s": w} for p, w in zip(payloads, waits, strict=True)]
        answers = await asyncio.gather(*(client.call("double", request, timeout_s=30) for request in requests))
        assert [int(answer["samples"][0]) for answer in answers] == [2 * number for number in range(50)]


async def test_a_stream_arrives_in_order_and_ends(address: str) -> None:
    async with running(ModelHost(address, SERVICES)), ModelClient(address) as client:
        numbers = [item["number"] async for item in client.stream("count", {"to": 20}, timeout_s=30)]
        assert numbers == list(range(20))


async def test_a_failing_service_names_its_error_and_the_next_request_works(address: str) -> None:
    async with running(ModelHost(address, SERVICES)), ModelClient(address) as client:
        with pytest.raises(ModelCallFailed, match="no such thing") as caught:
            await client.call("fail", {}, timeout_s=30)
        assert caught.value.kind == "LookupError"
        assert await client.call("double", {"samples": np.ones(1, np.int16)}, timeout_s=30)


async def test_cancelling_a_call_cancels_the_work_in_the_host(address: str) -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def endless(_payload: dict[str, Any]) -> dict[str, Any]:
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()
        return {}

    async with running(ModelHost(address, {"endless": endless})), ModelClient(address) as client:
        call = asyncio.ensure_future(client.call("endless", {}, timeout_s=60))
        await asyncio.wait_for(started.wait(), 30)
        call.cancel()
        await asyncio.wait_for(cancelled.wait(), 30)


async def test_an_abandoned_stream_stops_in_the_host(address: str) -> None:
    stopped = asyncio.Event()

    async def endless(_payload: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        try:
            while True:
                yield {}
                await asyncio.sleep(0.001)
        finally:
            stopped.set()

    async with running(ModelHost(address, {"endless": endless})), ModelClient(address) as client:
        async with contextlib.aclosing(client.stream("endless", {}, timeout_s=30)) as stream:
            await anext(stream)
        await asyncio.wait_for(stopped.wait(), 30)


async def test_a_call_survives_a_restart_of_the_host(address: str) -> None:
    async with ModelClient(address) as client:
        async with running(ModelHost(address, SERVICES)):
            call = asyncio.ensure_future(
                client.call("double", {"samples": np.ones(1, np.int16), "wait_s": 0.2}, timeout_s=30)
            )
            await asyncio.sleep(0.1)
        async with running(ModelHost(address, SERVICES)):
            assert (await call)["samples"].tolist() == [2]


async def test_without_a_host_the_error_names_the_address_and_the_remedy(address: str) -> None:
    async with ModelClient(address) as client:
        with pytest.raises(ModelHostUnavailable, match=r"models\.sock.*voicebot inference"):
            await client.call("double", {}, timeout_s=0.2)


async def test_a_slow_answer_ends_at_its_time_and_is_cancelled(address: str) -> None:
    async with running(ModelHost(address, SERVICES)), ModelClient(address) as client:
        with pytest.raises(ModelHostUnavailable):
            await client.call("double", {"samples": np.ones(1, np.int16), "wait_s": 30}, timeout_s=0.1)
        async with asyncio.timeout(30):
            while (await client.call("health", {}, timeout_s=30))["in_flight"]:  # noqa: ASYNC110 - only the host knows
                await asyncio.sleep(0.01)


async def test_a_client_with_the_wrong_token_is_refused(address: str) -> None:
    async with running(ModelHost(address, SERVICES, token="right")):
        async with ModelClient(address, token="wrong") as client:
            with pytest.raises(AddressError, match=r"models\.token"):
                await client.call("health", {}, timeout_s=30)
        async with ModelClient(address, token="right") as client:
            assert await client.call("health", {}, timeout_s=30)


def test_an_address_open_to_others_needs_a_token() -> None:
    with pytest.raises(AddressError, match=r"models\.token"):
        ModelHost("tcp:0.0.0.0:9000", SERVICES)
    ModelHost("tcp:0.0.0.0:9000", SERVICES, token="secret")
    ModelHost("tcp:127.0.0.1:9000", SERVICES)


@pytest.mark.parametrize("text", ["", "unix:", "tcp:host", "tcp:host:70000", "http://x", "unix:" + "x" * 200])
def test_an_address_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(AddressError, match=r"models\.host"):
        Address.parse(text)


async def test_a_second_host_on_the_same_socket_is_refused(address: str) -> None:
    async with running(ModelHost(address, SERVICES)):
        with pytest.raises(AddressError, match="another model host"):
            await ModelHost(address, SERVICES).serve()


@given(st.binary(max_size=200))
async def test_reading_garbage_gives_a_message_an_end_or_a_wire_error(garbage: bytes) -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(garbage)
    reader.feed_eof()
    with contextlib.suppress(wire.WireError):
        message = await wire.read(reader)
        assert message is None or isinstance(message, dict)


async def test_a_client_sending_garbage_is_dropped_and_others_go_on(address: str) -> None:
    async with running(ModelHost(address, SERVICES)), ModelClient(address) as client:
        for garbage in (b"\xff" * 8, struct.pack(">I", 3) + b"abc", b"GET / HTTP/1.0\r\n\r\n"):
            reader, writer = await asyncio.open_unix_connection(address.removeprefix("unix:"))
            assert await wire.read(reader)
            writer.write(garbage)
            assert await asyncio.wait_for(reader.read(), 30) == b""
            writer.close()
        assert await client.call("health", {}, timeout_s=30)


@given(
    npst.arrays(
        st.sampled_from([np.int16, np.int32, np.int64, np.float32, np.float64, np.uint8]),
        npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
    )
)
def test_arrays_cross_the_wire_unchanged(array: np.ndarray[Any, Any]) -> None:
    back = wire.unpack(wire.pack({"array": array})[4:])["array"]
    assert back.dtype == array.dtype and back.shape == array.shape
    assert back.tobytes() == array.tobytes()


@given(st.binary(max_size=100))
def test_unpacking_garbage_raises_only_wire_errors(garbage: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        wire.unpack(garbage)

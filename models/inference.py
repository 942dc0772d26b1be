"""The model host, a process of its own, and the client that the rest of the system reaches it by.

Many calls share one connection; each request has an id, may be answered by one message or by a stream, and can be
cancelled. The address is "unix:/path" or "tcp:host:port".
"""

import asyncio
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial
from typing import Any, Final

import structlog

from models import wire
from models.address import Address, AddressError, InferenceError

Stream = AsyncGenerator[dict[str, Any], None]
Service = Callable[[dict[str, Any]], Awaitable[dict[str, Any]] | Stream]
"""Answers a request's payload with one payload, or, written as an async generator, with a stream of them."""

HANDSHAKE_TIMEOUT_S: Final = 5.0
MAX_IN_FLIGHT: Final = 1024
"""Requests one client may have open at once; more are refused."""
RECONNECT_PAUSE_S: Final = 0.1

log = structlog.get_logger(__name__)


class ModelHostUnavailable(InferenceError):
    """No answer from the model host in the time allowed."""


class ModelCallFailed(InferenceError):
    """The model host answered with an error. `kind` is the name of the exception raised there."""

    def __init__(self, service: str, kind: str, message: str) -> None:
        super().__init__(f"{service}: {kind}: {message}")
        self.service = service
        self.kind = kind


class ModelHost:
    """Serves named services on one address until cancelled."""

    def __init__(self, address: str, services: Mapping[str, Service], *, token: str = "") -> None:
        """token: shared secret that clients must hold; required when the address is reachable from other machines."""
        self._address = Address.parse(address)
        self._address.require_token_if_open(token)
        self._services = {**services, "health": self._health}
        self._token = token
        self._started_s = time.monotonic()
        self._in_flight = 0
        self.ready = asyncio.Event()

    async def serve(self) -> None:
        """Runs until cancelled. `ready` is set once clients can connect."""
        server = await self._address.listen(self._on_client)
        try:
            async with server:
                self.ready.set()
                await server.serve_forever()
        finally:
            self.ready.clear()
            self._address.remove_socket()

    async def _on_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await self._handshake(reader, writer):
                await self._answer_requests(reader, writer)
        except wire.WireError as error:
            log.warning("model_host_client_dropped", reason=str(error))
        except (ConnectionError, TimeoutError) as error:
            log.info("model_host_client_lost", reason=repr(error))
        finally:
            writer.close()

    async def _handshake(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        nonce = secrets.token_bytes(32)
        writer.write(wire.pack({"nonce": nonce}))
        async with asyncio.timeout(HANDSHAKE_TIMEOUT_S):
            hello = await wire.read(reader)
        proof = (hello or {}).get("proof")
        if not isinstance(proof, bytes) or not hmac.compare_digest(proof, _proof(self._token, nonce)):
            log.warning("model_host_client_refused", reason="wrong token")
            return False
        writer.write(wire.pack({"welcome": sorted(self._services)}))
        return True

    async def _answer_requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running: dict[int, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as tasks:
            while (message := await wire.read(reader)) is not None:
                number = message.get("id")
                if not isinstance(number, int):
                    raise wire.WireError("request without an id")
                if message.get("cancel"):
                    if task := running.get(number):
                        task.cancel()
                elif number in running:
                    raise wire.WireError("request id used twice")
                elif len(running) >= MAX_IN_FLIGHT:
                    writer.write(_failure(number, "Overloaded", f"over {MAX_IN_FLIGHT} requests are open"))
                else:
                    running[number] = tasks.create_task(self._answer(number, message, writer))
                    running[number].add_done_callback(partial(_forget, running, number))
            for task in running.values():
                task.cancel()

    async def _answer(self, number: int, message: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        self._in_flight += 1
        try:
            service, payload = self._services[message["service"]], message["payload"]
            result = service(payload)
            if isinstance(result, AsyncGenerator):
                async with aclosing(result):
                    async for item in result:
                        writer.write(wire.pack({"id": number, "item": item}))
                        await writer.drain()
                writer.write(wire.pack({"id": number, "end": True}))
            else:
                writer.write(wire.pack({"id": number, "result": await result}))
            await writer.drain()
        except ConnectionError:
            return
        except Exception as error:  # noqa: BLE001 - the client is told; one failed request must not end the others
            log.warning("model_host_request_failed", service=str(message.get("service")), error=repr(error))
            writer.write(_failure(number, type(error).__name__, str(error)))
        finally:
            self._in_flight -= 1

    async def _health(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {
            "services": sorted(self._services),
            "uptime_s": time.monotonic() - self._started_s,
            "in_flight": self._in_flight - 1,
            "pid": os.getpid(),
        }


class ModelClient:
    """One connection to the model host, opened when first needed and again after the host came back.

    A request under way when the host goes away is sent again until its time is over, so services must not mind being
    asked twice. Use as an async context manager, or call `close`.
    """

    def __init__(self, address: str, *, token: str = "") -> None:
        self._address = Address.parse(address)
        self._token = token
        self._connection: _Connection | None = None
        self._connecting = asyncio.Lock()

    async def __aenter__(self) -> "ModelClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def call(self, service: str, payload: dict[str, Any], *, timeout_s: float) -> dict[str, Any]:
        """The one answer to a request. Cancelling this call cancels the work in the host."""
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    connection = await self._connected()
                    with suppress(_Disconnected):
                        async with connection.request(service, payload) as answers:
                            answer: dict[str, Any] = (await _next(service, answers))["result"]
                            return answer
        except TimeoutError as error:
            raise self._unavailable(service, timeout_s) from error

    async def stream(self, service: str, payload: dict[str, Any], *, timeout_s: float) -> Stream:
        """The answers of a streaming request. timeout_s: longest wait for each of them.

        Who stops early closes the stream (contextlib.aclosing), which stops the work in the host.
        """
        try:
            async with asyncio.timeout(timeout_s):
                connection = await self._connected()
            async with connection.request(service, payload) as answers:
                while True:
                    async with asyncio.timeout(timeout_s):
                        answer = await _next(service, answers)
                    if "item" not in answer:
                        return
                    yield answer["item"]
        except TimeoutError as error:
            raise self._unavailable(service, timeout_s) from error
        except _Disconnected as error:
            raise ModelHostUnavailable(f"model host at {self._address.text} went away during {service}") from error

    async def close(self) -> None:
        """Closes the connection; requests under way fail."""
        if self._connection:
            await self._connection.close()
            self._connection = None

    def _unavailable(self, service: str, timeout_s: float) -> ModelHostUnavailable:
        return ModelHostUnavailable(
            f"no answer from the model host at {self._address.text} to {service} within {timeout_s:g} s; "
            "is `voicebot inference` running, and does it keep up?"
        )

    async def _connected(self) -> "_Connection":
        async with self._connecting:
            while self._connection is None or self._connection.lost:
                try:
                    self._connection = await _Connection.open(self._address, self._token)
                except OSError:
                    await asyncio.sleep(RECONNECT_PAUSE_S)
            return self._connection


class _Disconnected(Exception):
    """The connection was lost while a request waited for its answer."""


Answers = asyncio.Queue[dict[str, Any] | None]


async def _next(service: str, answers: Answers) -> dict[str, Any]:
    answer = await answers.get()
    if answer is None:
        raise _Disconnected
    if error := answer.get("error"):
        raise ModelCallFailed(service, str(error.get("kind")), str(error.get("message")))
    return answer


class _Connection:
    """An open connection: writes requests, hands answers to whoever waits for them."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._waiting: dict[int, Answers] = {}
        self._last_number = 0
        self.lost = False
        self._receiving = asyncio.get_running_loop().create_task(self._receive())

    @classmethod
    async def open(cls, address: "Address", token: str) -> "_Connection":
        reader, writer = await address.connect()
        try:
            async with asyncio.timeout(HANDSHAKE_TIMEOUT_S):
                nonce = ((await wire.read(reader)) or {}).get("nonce")
                if not isinstance(nonce, bytes):
                    raise ConnectionResetError("model host closed during the handshake")
                writer.write(wire.pack({"proof": _proof(token, nonce)}))
                if await wire.read(reader) is None:
                    raise AddressError(
                        f"the model host at {address.text} refused this client: set the same models.token on both"
                    )
        except BaseException:  # cancelled or failed: the half-open connection must not stay
            writer.close()
            raise
        return cls(reader, writer)

    @asynccontextmanager
    async def request(self, service: str, payload: dict[str, Any]) -> AsyncIterator[Answers]:
        """Sends a request; its answers arrive in the queue, None when the connection is lost."""
        self._last_number += 1
        number = self._last_number
        frame = wire.pack({"id": number, "service": service, "payload": payload})
        answers = self._waiting[number] = Answers()
        finished = False
        try:
            if self.lost:
                raise _Disconnected
            self._writer.write(frame)
            yield answers
            finished = True
        except ModelCallFailed:
            finished = True
            raise
        finally:
            del self._waiting[number]
            if not finished and not self.lost:
                self._writer.write(wire.pack({"id": number, "cancel": True}))

    async def close(self) -> None:
        self._receiving.cancel()
        with suppress(asyncio.CancelledError):
            await self._receiving

    async def _receive(self) -> None:
        try:
            while (message := await wire.read(self._reader)) is not None:
                number = message.get("id")
                if isinstance(number, int) and (waiting := self._waiting.get(number)):
                    waiting.put_nowait(message)
        except wire.WireError as error:
            log.warning("model_host_broke_protocol", reason=str(error))
        finally:
            self.lost = True
            self._writer.close()
            for waiting in self._waiting.values():
                waiting.put_nowait(None)


def _forget(running: dict[int, asyncio.Task[None]], number: int, _task: asyncio.Task[None]) -> None:
    running.pop(number, None)


def _proof(token: str, nonce: bytes) -> bytes:
    """What shows that a client holds the token without sending it."""
    return hmac.new(token.encode(), nonce, hashlib.sha256).digest()


def _failure(number: int, kind: str, message: str) -> bytes:
    return wire.pack({"id": number, "error": {"kind": kind, "message": message}})

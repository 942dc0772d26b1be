"""Commands over MQTT: taken and answered by the media process, sent by desks and by the command line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiomqtt
import structlog

from voicebot.agent_commands import (
    AgentCommand,
    CommandAnswer,
    answer_from_json,
    answer_to_json,
    answer_topic,
    command_from_json,
    command_to_json,
    commands_topic,
)
from voicebot.config import EventSection
from voicebot.eventbus import cancellable, mqtt_client
from voicebot.events import EventError

log = structlog.get_logger(__name__)

RETRY_S = 1.0
ANSWER_S = 10.0
ASKED_AGAIN_S = 1.5
"""After so long without an answer the command is sent again: a broker under load loses one now and then."""
FINISHING_S = 2.0
"""Time that commands under way have to be carried out and answered when the process stops."""
REMEMBERED = 512
"""Commands that are known again: each is carried out once, however often it comes."""

Handle = Callable[[AgentCommand], Coroutine[Any, Any, CommandAnswer]]


class NoAnswer(Exception):
    """Nobody took the command. The message says what to look at."""


async def serve_commands(settings: EventSection, handle: Handle) -> None:
    """Until cancelled; then those under way are finished. `handle` never raises: what can't be done it says in its
    answer. Commands begin in the order in which they come, and none waits for the answer to another one: a supervisor's
    phone may ring for long."""
    begun: dict[str, asyncio.Task[CommandAnswer]] = {}
    answers: set[asyncio.Task[None]] = set()
    async with asyncio.TaskGroup() as handling:
        while True:
            with suppress(aiomqtt.MqttError, OSError):
                async with mqtt_client(settings) as client, _finished(answers):
                    with cancellable():
                        await client.subscribe(commands_topic(settings.node), qos=1)
                    async for message in client.messages:
                        if command := _command(message):
                            if command.id not in begun:
                                begun[command.id] = handling.create_task(handle(command))
                            for oldest in list(begun)[:-REMEMBERED]:
                                del begun[oldest]
                            answer = handling.create_task(_answer(client, settings.node, begun[command.id]))
                            answers.add(answer)
                            answer.add_done_callback(answers.discard)
            await asyncio.sleep(RETRY_S)


@asynccontextmanager
async def _finished(answers: Collection[asyncio.Task[None]]) -> AsyncIterator[None]:
    """A block whose cancellation waits for them: no command is left half done, nor its desk without an answer."""
    try:
        yield
    except asyncio.CancelledError:
        if answers:
            await asyncio.wait(answers, timeout=FINISHING_S)
        raise


def _command(message: aiomqtt.Message) -> AgentCommand | None:
    if message.retain:
        return None  # a command is for now; one that was kept is of another time
    try:
        return command_from_json(_text(message.payload))
    except EventError as error:
        log.warning("not_a_command", reason=str(error))
        return None


async def _answer(client: aiomqtt.Client, node: str, begun: asyncio.Task[CommandAnswer]) -> None:
    answer = await begun
    with suppress(aiomqtt.MqttError):  # the broker is away: who asked has noticed it as well
        await client.publish(answer_topic(answer.id, node), answer_to_json(answer), qos=1)


async def send_command(settings: EventSection, command: AgentCommand) -> CommandAnswer:
    """Raises NoAnswer when broker or media process can't be reached."""
    try:
        async with asyncio.timeout(ANSWER_S), mqtt_client(settings) as client:
            answers = answer_topic(command.id, settings.node)
            with cancellable():
                await client.subscribe(answers, qos=1)
            asking = asyncio.create_task(_asking(client, commands_topic(settings.node), command_to_json(command)))
            try:
                async for message in client.messages:
                    if message.topic.matches(answers):  # amqtt hands every new client what was retained anywhere
                        return answer_from_json(_text(message.payload))
            finally:
                asking.cancel()
    except (aiomqtt.MqttError, OSError, TimeoutError, EventError) as error:
        where = f"{settings.url} as node {settings.node!r}"
        raise NoAnswer(
            f"no answer from the media process through {where}: is `voicebot serve` running with these settings?"
        ) from error
    raise NoAnswer("the broker closed the connection before the answer came: try again")


async def _asking(client: aiomqtt.Client, topic: str, command: str) -> None:
    with suppress(aiomqtt.MqttError):  # who waits for the answer is told as well
        while True:
            with cancellable():
                await client.publish(topic, command, qos=1)
            await asyncio.sleep(ASKED_AGAIN_S)


def _text(payload: object) -> bytes:
    return bytes(payload) if isinstance(payload, bytes | bytearray) else b""

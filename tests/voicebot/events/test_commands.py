"""What a desk asks for is carried out and answered; what agents see reaches desks, presence also those opened later."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.voicebot.events.brokers import BrokerProcess, running, settings_for, until
from voicebot.agent_commands import (
    AgentCommand,
    CommandAnswer,
    SetPresence,
    Transfer,
    command_from_json,
    command_to_json,
)
from voicebot.agent_events import (
    AgentEvent,
    PhoneLine,
    PresenceChanged,
    PromptShown,
    Unlisted,
    agent_from_json,
    agent_to_json,
    agent_topics,
)
from voicebot.command_bus import NoAnswer, send_command, serve_commands
from voicebot.console.live_agents import LiveAgents
from voicebot.eventbus import EventPublisher, mqtt_client, received_agent_events
from voicebot.events import EventError
from voicebot.floor.left_company import forget_who_left
from voicebot.store.store import Store

AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicebot.command_bus.ANSWER_S", 60.0)


async def refusing(command: AgentCommand) -> CommandAnswer:
    return CommandAnswer(command.id, isinstance(command, SetPresence), "no such skill")


async def test_a_command_is_carried_out_and_answered(broker: BrokerProcess) -> None:
    settings = settings_for(broker.port)
    async with running(serve_commands(settings, refusing)):
        await asyncio.sleep(0.5)
        done = await send_command(settings, SetPresence("a1", "8001", "break"))
        refused = await send_command(settings, Transfer("a2", "8001", "nosuch"))
    assert done.done and not refused.done and refused.reason == "no such skill"


async def test_a_command_that_takes_long_holds_up_no_other(broker: BrokerProcess) -> None:
    settings, may_end = settings_for(broker.port), asyncio.Event()

    async def handle(command: AgentCommand) -> CommandAnswer:
        if isinstance(command, Transfer):
            await may_end.wait()
        return CommandAnswer(command.id, True)

    async with running(serve_commands(settings, handle)):
        await asyncio.sleep(0.5)
        long = asyncio.create_task(send_command(settings, Transfer("a1", "8001", "repair")))
        assert (await send_command(settings, SetPresence("a2", "8002", "ready"))).done and not long.done()
        may_end.set()
        assert (await long).done


async def test_commands_of_many_desks_at_once_are_all_answered(broker: BrokerProcess) -> None:
    settings = settings_for(broker.port)
    async with running(serve_commands(settings, refusing)), mqtt_client(settings) as board:
        await asyncio.sleep(0.5)
        await board.subscribe("voicebot/here/agents/#")
        for number in range(20):  # the broker keeps these for whoever comes next
            await board.publish(f"voicebot/here/agents/{number}", b"{}", qos=1, retain=True)
        for turn in range(3):
            asked = [send_command(settings, SetPresence(f"a{turn}-{number}", "8001", "break")) for number in range(30)]
            assert all(answer.done for answer in await asyncio.gather(*asked))


async def test_a_command_that_is_sent_again_is_carried_out_once_and_answered_each_time(broker: BrokerProcess) -> None:
    settings, handled = settings_for(broker.port), list[str]()

    async def handle(command: AgentCommand) -> CommandAnswer:
        handled.append(command.id)
        return CommandAnswer(command.id, True)

    async with running(serve_commands(settings, handle)):
        await asyncio.sleep(0.5)
        answers = [await send_command(settings, SetPresence("a1", "8001", "break")) for _ in range(2)]
    assert [answer.done for answer in answers] == [True, True] and handled == ["a1"]


async def test_a_command_that_was_begun_is_finished_and_answered_before_the_end(
    broker: BrokerProcess,
) -> None:
    settings, begun = settings_for(broker.port), asyncio.Event()

    async def handle(command: AgentCommand) -> CommandAnswer:
        begun.set()
        await asyncio.sleep(0.3)
        return CommandAnswer(command.id, True)

    async with running(serve_commands(settings, handle)):
        await asyncio.sleep(0.5)
        asked = asyncio.create_task(send_command(settings, SetPresence("a1", "8001", "break")))
        await begun.wait()
    assert (await asked).done


async def test_a_command_without_end_keeps_no_process_from_stopping(
    broker: BrokerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicebot.command_bus.FINISHING_S", 0.2)
    settings, begun = settings_for(broker.port), asyncio.Event()

    async def handle(command: AgentCommand) -> CommandAnswer:
        begun.set()
        await asyncio.Event().wait()
        return CommandAnswer(command.id, True)

    command = command_to_json(SetPresence("a1", "8001", "break"))
    async with asyncio.timeout(60), running(serve_commands(settings, handle)), mqtt_client(settings) as client:
        while not begun.is_set():  # until it listens
            await client.publish("voicebot/here/commands", command, qos=1)
            await asyncio.sleep(0.1)


async def test_without_anybody_to_answer_it_is_said_what_to_look_at(
    broker: BrokerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicebot.command_bus.ANSWER_S", 0.5)
    with pytest.raises(NoAnswer, match="voicebot serve"):
        await send_command(settings_for(broker.port), SetPresence("a1", "8001", "ready"))


async def test_what_is_no_command_is_passed_over(broker: BrokerProcess) -> None:
    settings = settings_for(broker.port)
    async with running(serve_commands(settings, refusing)), mqtt_client(settings) as client:
        await asyncio.sleep(0.5)
        for payload in (
            "",
            "{",
            '{"kind": "presence"}',
            '{"kind": "presence", "id": "x", "agent_id": "../", "presence": "ready"}',
        ):
            await client.publish("voicebot/here/commands", payload, qos=1)
        assert (await send_command(settings, SetPresence("a3", "8001", "ready"))).done


async def test_a_desk_that_opens_later_is_told_everybodys_presence(broker: BrokerProcess, store: Store) -> None:
    settings, seen = settings_for(broker.port), list[AgentEvent]()
    publisher = EventPublisher(store, settings)

    async def collect() -> None:
        async for event in received_agent_events(settings):
            seen.append(event)

    ready = PresenceChanged("8001", AT, "ready", "agent")
    publisher.tell(ready)  # the broker is not there yet
    async with running(publisher.run()):
        await asyncio.sleep(1.0)
        async with running(collect()):
            await until(lambda: ready in seen)
            prompt = PromptShown("8001", AT, "c1", "p1", "knowledge", "七天无理由", "knowledge/x", 1.5, 420)
            publisher.tell(prompt)
            await until(lambda: prompt in seen)


async def test_who_has_left_the_company_is_forgotten_by_the_broker_and_by_open_boards(
    broker: BrokerProcess, store: Store
) -> None:
    settings, board, later = settings_for(broker.port), LiveAgents(), LiveAgents()
    publisher = EventPublisher(store, settings)

    async def keep(shown: LiveAgents) -> None:
        async for event in received_agent_events(settings):
            shown.apply(event)

    def shown(of: LiveAgents) -> set[str]:
        return {agent.agent_id for agent in of.all()}

    async with running(publisher.run(), keep(board)):
        for agent_id in ("8001", "8002"):
            publisher.tell(PresenceChanged(agent_id, AT, "ready", "agent"))
            publisher.tell(PhoneLine(agent_id, AT, "line"))
        await until(lambda: shown(board) == {"8001", "8002"} and board.line_of("8002") == "line")
        publisher.tell(Unlisted("8002"))
        await until(lambda: shown(board) == {"8001"} and board.line_of("8002") == "")
        async with mqtt_client(settings) as client, running(keep(later)):
            await client.subscribe("voicebot/here/agents/#")
            await until(lambda: shown(later) == {"8001"} and len(client.messages) >= 2)
            await asyncio.sleep(0.3)
            told = [str((await anext(client.messages)).topic) for _ in range(len(client.messages))]
            assert {topic.split("/")[3] for topic in told} == {"8001"}  # the broker itself has nothing more
        assert shown(later) == {"8001"}


async def test_a_broker_that_was_away_is_told_whom_to_forget(broker: BrokerProcess, store: Store) -> None:
    settings, early, seen = settings_for(broker.port), list[AgentEvent](), list[AgentEvent]()
    publisher = EventPublisher(store, settings)
    async with mqtt_client(settings) as before:  # an earlier process of this node left it there
        old = PresenceChanged("8002", AT, "ready", "agent")
        [topic] = agent_topics(old, "here")
        await before.publish(topic, agent_to_json(old), qos=1, retain=True)
    publisher.tell(Unlisted("8002"))
    publisher.tell(PresenceChanged("8001", AT, "ready", "agent"))
    line = PhoneLine("8001", AT, "line")
    publisher.tell(line)

    async def collect(into: list[AgentEvent]) -> None:
        async for event in received_agent_events(settings):
            into.append(event)  # noqa: PERF401 - it is read while it grows

    async with running(publisher.run(), collect(early)):
        await until(lambda: line in early)  # what was told last
        async with running(collect(seen)):
            await until(lambda: len(seen) >= 2)
            await asyncio.sleep(0.3)
    assert {(event.agent_id, type(event)) for event in seen} == {("8001", PresenceChanged), ("8001", PhoneLine)}


async def test_who_was_never_signed_in_and_left_while_nothing_ran_is_forgotten_as_well(
    broker: BrokerProcess, store: Store
) -> None:
    settings, shown = settings_for(broker.port), LiveAgents()
    publisher = EventPublisher(store, settings)

    async def keep() -> None:
        async for event in received_agent_events(settings):
            shown.apply(event)

    async with mqtt_client(settings) as before:  # an earlier process of this node left it there; another's is not ours
        for agent_id, node in (("8002", "here"), ("8003", "here"), ("8004", "elsewhere")):
            old = PresenceChanged(agent_id, AT, "offline", "roster")
            [topic] = agent_topics(old, node)
            await before.publish(topic, agent_to_json(old), qos=1, retain=True)
    publisher.tell(PresenceChanged("8002", AT, "offline", "roster"))
    async with running(publisher.run(), keep()):
        await until(lambda: {agent.agent_id for agent in shown.all()} == {"8002", "8003", "8004"})
        async with running(forget_who_left(settings, lambda agent_id: agent_id == "8002", publisher.tell)):
            await until(lambda: {agent.agent_id for agent in shown.all()} == {"8002", "8004"})


@given(st.text(), st.text(max_size=200))
def test_nothing_but_events_is_taken_for_an_event(topic: str, payload: str) -> None:
    for parse in (lambda: agent_from_json(topic, payload), lambda: command_from_json(payload)):
        with pytest.raises(EventError):
            parse()


@given(st.text(max_size=50), st.text(max_size=50))
def test_events_and_commands_survive_the_wire(name: str, reason: str) -> None:
    event = PresenceChanged("8001", AT, "ready", reason, name)
    [topic] = agent_topics(event, "here")
    assert agent_from_json(topic, agent_to_json(event)) == event
    command = Transfer("x1", "8001", "repair", reason)
    assert command_from_json(command_to_json(command)) == command

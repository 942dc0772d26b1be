"""Agents and calls that the tests of the queue and the assignment draw from."""

from hypothesis import strategies as st

from dialect_router.agents import Agent
from dialect_router.presence import AgentState, Presence, PresenceBoard
from dialect_router.queue import WaitingCall

TAGS = ("cmn", "cmn-sichuan", "yue", "nan")
SKILLS = ("order", "return")

LUO = Agent("8001", "罗雪梅", "售后组", {"return": 5, "order": 3}, {"cmn-sichuan": 5, "cmn": 4}, seniority=4)
HE = Agent("8003", "何嘉欣", "销售组", {"order": 5, "return": 3}, {"yue": 5, "cmn": 5}, seniority=5)
WANG = Agent("8012", "王璐", "综合组", {"order": 3, "return": 2}, {"cmn": 5}, seniority=1)


def desk(*agents: Agent, busy: tuple[Agent, ...] = ()) -> list[AgentState]:
    """These agents free and those busy, all at the desk since 0."""
    board = PresenceBoard((*agents, *busy), 0.0)
    for agent in (*agents, *busy):
        board.on_ready(agent.id, 0.0)
    for agent in busy:
        board.on_offered(agent.id, f"of {agent.id}", 0.0)
        board.on_answered(agent.id, f"of {agent.id}", 0.0)
    return list(board.states.values())


agents = st.builds(
    Agent,
    id=st.uuids().map(str),
    name=st.just("客服"),
    team=st.sampled_from(["售后组", "综合组"]),
    skills=st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 5)),
    dialects=st.dictionaries(st.sampled_from(TAGS), st.integers(1, 5)),
    languages=st.sampled_from([frozenset({"cmn"}), frozenset({"cmn", "en"})]),
    seniority=st.integers(1, 5),
)

states = st.lists(
    st.builds(
        AgentState,
        agent=agents,
        presence=st.sampled_from(Presence),
        since=st.floats(0, 100),
        next=st.sampled_from([Presence.READY, Presence.READY, Presence.READY, Presence.BREAK]),
    ),
    max_size=8,
    unique_by=lambda state: state.agent_id,
)


@st.composite
def waiting(draw: st.DrawFn, most: int = 8) -> list[WaitingCall]:
    """Calls with ids c0, c1, ..."""
    beliefs = st.lists(st.floats(0.01, 1), min_size=len(TAGS), max_size=len(TAGS)).map(
        lambda shares: {tag: share / sum(shares) for tag, share in zip(TAGS, shares, strict=True)}
    )
    return [
        WaitingCall(
            call_id=f"c{number}",
            entered_at=draw(st.floats(0, 1000)),
            skill=draw(st.sampled_from((*SKILLS, ""))),
            dialects=draw(beliefs),
            requested_dialect=draw(st.sampled_from((None, None, "yue"))),
            language=draw(st.sampled_from(("cmn", "cmn", "en"))),
            value=draw(st.floats(0, 1)),
            emotion=draw(st.floats(0, 1)),
            overflow_teams=draw(st.sampled_from((frozenset(), frozenset({"综合组"})))),
        )
        for number in range(draw(st.integers(0, most)))
    ]

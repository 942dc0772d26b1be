"""Guards that every mistake in agents.csv, routing.toml and the passwords is named with its remedy before it harms."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialect_router.agents import Agent
from dialect_router.assignment import AssignmentPolicy
from dialect_router.callbacks import CallbackPolicy
from dialect_router.presence import PresenceConfig
from dialect_router.queue_rules import QueueRules
from dialect_router.routing import RoutingPolicy
from voicebot.company import Company, CompanyError, check_company, load_company
from voicebot.company.agent_list import read_agents
from voicebot.company.passwords import read_passwords
from voicebot.company.routing import Handover, Routing
from voicebot.demo import SAMPLE_COMPANY

TODAY = date(2026, 11, 20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE_COMPANY, tmp_path / "company"))


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(SAMPLE_COMPANY, today=TODAY)


def change(path: Path, old: str, new: str) -> int:
    """Replace the first `old`; returns its line."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


IN_AGENTS = [
    ("cmn-sichuan:5|cmn:4", "cmn-sichaun:5|cmn:4", "no dialect 'cmn-sichaun'", "'cmn-sichuan'"),
    ("return:5|repair:4", "return:6|repair:4", "'return:6' is no name with a level", "return:5|billing:3"),
    ("return:5|repair:4", "return|repair:4", "'return' is no name with a level", "return:5|billing:3"),
    ("return:5|repair:4", "return:5|return:4", "'return' stands twice", "one level"),
    ("return:5|repair:4", "retrun:5|repair:4", "no intent needs the skill 'retrun'", "'return'"),
    ("\n8002,", "\n8001,", "agent '8001' stands twice", "id of their own"),
    ("\n8002,", "\nAgent 2,", "Agent 2", "small letters"),
    ("cmn,4,1,\n8002", "cmn,9,1,\n8002", "seniority = '9'", "Correct"),
    ("cmn,4,1,\n8002", "chinese,4,1,\n8002", "'chinese'", "Use one of"),
    ("cmn,4,1,\n8002", "cmn,4,1,8001@192.168.1.20\n8002", "8001@192.168.1.20", "sip:8001@192.168.1.20"),
    ("id,name,team", "id,name,group", "unknown column 'group'", "Use one of"),
    ("8001,罗雪梅,", "8001,", "cells", "quotes"),
]
IN_ROUTING = [
    ("[intents.return_refund]", "[intents.return_refnd]", "intent 'return_refnd' does not exist", "'return_refund'"),
    ('skill = "repair"', 'skill = "repairs"', "no agent has the skill 'repairs'", "'repair'"),
    ('default_skill = "service"', 'default_skill = "servce"', "no agent has the skill 'servce'", "'service'"),
    ('overflow_team = "综合组"', 'overflow_team = "综合"', "no agent is in the team '综合'", "'综合组'"),
    ('handling = "human"', 'handling = "humans"', "'humans'", "'human'"),
    ("failures = 2", "failures = 3", "handover.failures = 3", "Correct"),
    ("upset = 0.40", "upset = 0.90", "above handover.angry", "smaller"),
    ("longest_wait_s = 300", "longest_wait_s = 60", "above queue.longest_wait_s", "smaller"),
    ("announce_every_s = 45", "anounce_every_s = 45", "unknown key 'queue.anounce_every_s'", "'announce_every_s'"),
    ("vip = 1.0", "vip = 2.0", "value.vip = 2.0", "Correct"),
]


@pytest.mark.parametrize(("old", "new", "message", "remedy"), IN_AGENTS)
def test_a_mistake_about_agents_is_named_and_keeps_a_running_system_from_reading_them(
    folder: Path, old: str, new: str, message: str, remedy: str
) -> None:
    line = change(folder / "agents.csv", old, new) + old.startswith("\n")
    with pytest.raises(CompanyError) as raised:
        read_agents(folder)
    for problems in (check_company(folder, today=TODAY), raised.value.problems):
        fitting = [p for p in problems if message in p.message and remedy in p.remedy]
        assert [(p.file, p.line) for p in fitting] == [("agents.csv", line)], "\n".join(map(str, problems))


@pytest.mark.parametrize(("old", "new", "message", "remedy"), IN_ROUTING)
def test_a_mistake_about_routing_is_named(folder: Path, old: str, new: str, message: str, remedy: str) -> None:
    line = change(folder / "routing.toml", old, new)
    problems = check_company(folder, today=TODAY)
    found = [p for p in problems if message in p.message and remedy in p.remedy]
    assert len(found) == 1, "\n".join(map(str, problems))
    assert found[0].file == "routing.toml" and found[0].line is not None and abs(found[0].line - line) <= 5


def test_two_agents_cannot_share_a_phone(folder: Path) -> None:
    change(folder / "agents.csv", "cmn,4,1,\n", "cmn,4,1,sip:desk@10.0.0.7\n")
    line = change(folder / "agents.csv", "cmn,2,1,\n", "cmn,2,1,sip:desk@10.0.0.7\n")
    [problem] = check_company(folder, today=TODAY)
    assert problem.line == line and "sip:desk@10.0.0.7" in problem.message


def test_a_company_without_agents_needs_neither_file(folder: Path) -> None:
    (folder / "agents.csv").unlink()
    (folder / "routing.toml").unlink()
    alone = load_company(folder, today=TODAY)
    assert alone.agents == () and alone.routing == Routing()
    assert read_agents(folder) == ()


def test_the_limits_of_the_file_are_those_of_the_policy(company: Company) -> None:
    assert (
        Handover().model_dump().items()
        <= {name: getattr(RoutingPolicy(), name) for name in RoutingPolicy.__dataclass_fields__}.items()
    )
    policy = company.routing.policy(sure=0.6)
    assert (policy.sure, policy.longest_wait_s, policy.after_hours) == (0.6, 300, "callback")


def test_the_queue_of_the_file_is_that_of_the_rules(company: Company) -> None:
    assert Routing().queue_rules() == QueueRules()
    rules = company.routing.queue_rules()
    assert (rules.overflow_team, rules.at_longest_wait, rules.announce_every_s) == ("综合组", "voicemail", 45)


def test_an_empty_file_routes_as_the_router_does_by_itself() -> None:
    assert Routing().assignment_policy() == AssignmentPolicy() and Routing().shadow_policy() is None
    assert Routing().presence_config() == PresenceConfig() and Routing().callback_policy() == CallbackPolicy()


def test_a_shadow_policy_differs_in_what_its_table_says(folder: Path) -> None:
    with (folder / "routing.toml").open("a", encoding="utf-8") as file:
        file.write("\n[shadow]\ndialect = 120\nexact_until_s = 10\n")
    routing = load_company(folder, today=TODAY).routing
    shadow = routing.shadow_policy()
    assert shadow is not None and shadow.prices.dialect == 120 and shadow.relaxation.steps[0].until_s == 10
    assert routing.assignment_policy().prices.dialect == 60 and shadow.skill_titles["complaint"] == "投诉"


def test_every_skill_of_the_sample_company_has_a_title(company: Company) -> None:
    assert company.routing.skill_titles.keys() == company.routing.skills


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[shadow]\nexact_until_s = 30\n", "exact_until_s is above group_until_s"),
        ("[shadow]\ndialects = 30\n", "dialects"),
        ("[shadow]\ndialect = -1\n", "dialect"),
        ('[skill_titles2]\nx = "y"\n', "skill_titles2"),
    ],
)
def test_a_shadow_policy_that_makes_no_sense_is_refused(folder: Path, text: str, message: str) -> None:
    with (folder / "routing.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{text}")
    with pytest.raises(CompanyError, match=message):
        load_company(folder, today=TODAY)


def test_a_title_of_no_skill_is_said(folder: Path) -> None:
    change(folder / "routing.toml", 'complaint = "投诉"', 'complain = "投诉"')
    with pytest.raises(CompanyError, match=r"no intent needs the skill 'complain'"):
        load_company(folder, today=TODAY)


def test_every_intent_of_the_sample_company_has_an_agent_of_more_than_one_dialect(company: Company) -> None:
    for intent in company.intents:
        able = [agent for agent in company.agents if agent.skills.get(company.routing.skill_for(intent), 0) >= 2]
        assert len(able) >= 2 and len({tag for agent in able for tag in agent.dialects}) >= 2, intent


def test_the_sample_companys_people_speak_what_its_callers_speak(company: Company) -> None:
    fluent = {tag for agent in company.agents for tag, level in agent.dialects.items() if level >= 4}
    assert fluent >= {"cmn", "cmn-sichuan", "yue", "wuu", "nan", "cmn-dongbei"}
    complaints = [agent for agent in company.agents if agent.skills.get("complaint", 0) == 5]
    assert any("cmn-sichuan" in agent.dialects for agent in complaints)
    assert len(company.agents) >= 12 and len({agent.team for agent in company.agents}) >= 5
    assert len({agent.name for agent in company.agents}) == len(company.agents)


def test_customers_count_by_their_level(company: Company) -> None:
    worth = [company.routing.value_of(level) for level in ("normal", "silver", "gold", "vip")]
    assert worth == sorted(worth) and worth[-1] == 1.0


@given(st.text(max_size=200))
def test_whatever_stands_in_the_agents_file_the_answer_is_agents_or_problems(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    directory = tmp_path_factory.mktemp("any")
    header = "id,name,team,skills,dialects,languages,seniority,capacity,phone\n"
    (directory / "agents.csv").write_text(header + text, encoding="utf-8", errors="replace")
    try:
        agents = read_agents(directory)
    except CompanyError as error:
        assert all(problem.remedy for problem in error.problems)
    else:
        assert agents


def test_a_list_that_is_just_being_written_sends_nobody_home(folder: Path) -> None:
    text = (folder / "agents.csv").read_text(encoding="utf-8")
    for written in ("", text.splitlines()[0], text[: text.index("8001,") + 9]):
        (folder / "agents.csv").write_text(written, encoding="utf-8")
        with pytest.raises(CompanyError, match=r"agents\.csv"):
            read_agents(folder)


def test_a_row_becomes_an_agent_of_the_router(folder: Path) -> None:
    change(folder / "agents.csv", "cmn,4,1,\n", "cmn,4,1,sip:8001@192.168.1.20:5070\n")
    assert read_agents(folder)[0] == Agent(
        id="8001", name="罗雪梅", team="售后组", skills={"return": 5, "repair": 4, "order": 3, "service": 4},
        dialects={"cmn-sichuan": 5, "cmn": 4}, languages=frozenset({"cmn"}), seniority=4, capacity=1,
        phone="sip:8001@192.168.1.20:5070",
    )  # fmt: skip


def passwords(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "passwords.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def test_passwords_are_read_and_not_shown(tmp_path: Path) -> None:
    found = read_passwords(passwords(tmp_path, '8001 = "kM3-vT9q-xW2d"\n'), ["8001", "8002"])
    assert found["8001"].get_secret_value() == "kM3-vT9q-xW2d" and "kM3" not in repr(found)


@pytest.mark.parametrize(
    ("text", "mode", "message", "remedy"),
    [
        ('8001 = "kM3-vT9q-xW2d"', 0o644, "others may read", "chmod 600"),
        ('8009 = "kM3-vT9q-xW2d"', 0o600, "no agent '8009'", "'8001'"),
        ('8001 = "kM3-vT9"', 0o600, "easy to guess", "10 characters"),
        ('8001 = "kM3-8001-vT9q"', 0o600, "easy to guess", "without the id"),
        ("8001 = 1234567890", 0o600, "no text", "quotes"),
        ('8001 = "kM3-vT9q-xW2d', 0o600, "not valid TOML", "quotes"),
    ],
)
def test_passwords_that_endanger_the_phones_are_refused_without_being_shown(
    tmp_path: Path, text: str, mode: int, message: str, remedy: str
) -> None:
    with pytest.raises(CompanyError) as raised:
        read_passwords(passwords(tmp_path, text, mode), ["8001"])
    assert message in raised.value.message and remedy in raised.value.remedy
    assert "kM3" not in str(raised.value)


def test_a_password_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CompanyError, match=r"nowhere\.toml.*missing"):
        read_passwords(tmp_path / "nowhere.toml", ["8001"])

"""Checks of what the system works with: models, voices, the company's folder."""

from __future__ import annotations

import asyncio

from models.bundle import ModelError, is_installed, resolve
from models.catalogue import catalogue
from voicebot.chosen_models import REAL_ASR, chosen_asr
from voicebot.company.agent_list import read_agents
from voicebot.company.check import check_company
from voicebot.company.passwords import read_passwords
from voicebot.company.problems import CompanyError
from voicebot.config import Settings
from voicebot.doctor.finding import Finding, fail, ok, warn


async def recogniser(settings: Settings) -> Finding:
    name = chosen_asr(settings)
    try:
        folder = resolve(name, dir=settings.models_dir)
    except ModelError as error:
        return _explained("speech recognition", error)
    if name == "bundled":
        limits = catalogue()["bundled"].limits
        return warn(
            "speech recognition", f"bundled: {limits}", f"for real callers: voicebot models download {REAL_ASR}"
        )
    return ok("speech recognition", f"{name} in {folder}")


async def shipped_models(settings: Settings) -> Finding:
    shipped = [model for model in catalogue().values() if model.source in ("package", "python")]
    missing = [model.name for model in shipped if not is_installed(model, dir=settings.models_dir)]
    if missing:
        return fail("shipped models", f"missing: {', '.join(missing)}", "install voicebot again")
    return ok("shipped models", ", ".join(model.name for model in shipped))


async def voice(settings: Settings) -> Finding:
    """Says a word with the voice that would be used."""
    from voicebot.inference import load_voice

    try:
        engine = await asyncio.to_thread(load_voice, settings)
        samples = await asyncio.to_thread(lambda: engine.synthesize("您好", language="cmn"))
    except ModelError as error:
        return _explained("voice", error)
    if not samples.size:
        return fail("voice", f"{engine.name} says nothing", "pip install --force-reinstall espeakng-loader")
    if engine.name.startswith("espeak"):
        return warn("voice", f"{engine.name}: understandable, but robotic", "voicebot models download piper-zh-huayan")
    return ok("voice", engine.name)


async def company(settings: Settings) -> Finding:
    folder = settings.company.dir
    if not folder.is_dir():
        return fail("company", f"{folder} is no folder", "set `company.dir`, or: voicebot company init FOLDER")
    problems = await asyncio.to_thread(check_company, folder)
    if problems:
        found = f"{len(problems)} problems in {folder}; the first: {problems[0].file}: {problems[0].message}"
        return fail("company", found, f"voicebot company check {folder}")
    return ok("company", str(folder))


async def phones(settings: Settings) -> Finding:
    """The passwords with which agents' SIP phones register: with a mistake in them the media process does not start."""
    file = settings.agents.passwords_file
    if file is None:
        return ok("phones", "agents.passwords_file is not set: no SIP phone registers")
    try:
        agents = await asyncio.to_thread(read_agents, settings.company.dir)
        found = await asyncio.to_thread(read_passwords, file, {agent.id for agent in agents})
    except CompanyError as error:
        return fail("phones", "; ".join(str(each) for each in error.problems), error.remedy)
    return ok("phones", f"{len(found)} may register")


def _explained(check: str, error: ModelError) -> Finding:
    found, _, remedy = str(error).partition(": ")
    return fail(check, found, remedy)

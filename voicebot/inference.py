"""The model host's process: loads every model once and serves them to the media processes."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import structlog

from models.asr import AsrEngine, Priority, Transcript, Utterance
from models.batching import BatchQueue
from models.bundle import ModelError, ModelMissing, find, is_installed, resolve
from models.catalogue import catalogue
from models.dialect import DialectClassifier, dialect_folder, dialect_service
from models.emotion import EmotionClassifier
from models.end_of_turn import EndOfTurnModel, end_of_turn_service, installed_file
from models.inference import ModelHost, Service
from models.piper_voice import PiperEngine
from models.prompt_cache import PromptCache
from models.speech_client import read_key, read_transcribe_request, write_transcript, write_understanding
from models.synthesis import Synthesis
from models.tts import EspeakEngine, TtsEngine
from models.understanding import Intent, Understanding
from models.whisper import FasterWhisperEngine
from voicebot.background import background
from voicebot.chosen_models import REAL_ASR, chosen_asr
from voicebot.company import load_company
from voicebot.company.live import Live
from voicebot.company_models import CompanyModels
from voicebot.config import ModelSection, Settings, secret
from voicebot.knowledge_service import knowledge_service

log = structlog.get_logger(__name__)

ASR_DEADLINES_S: Final[Mapping[Priority, float]] = {
    Priority.FINAL: 8.0,
    Priority.SPECULATIVE: 8.0,
    Priority.PARTIAL: 1.0,
}
"""When an answer is of no more use: the words of a partial one are old after a second."""
LONGER: Final = 2.0
LONGER_S: Final = 1.0
"""An utterance shares a batch with another up to this many times as long and this much longer."""


async def run(settings: Settings) -> None:
    """Loads the models and serves until cancelled."""
    live = Live(settings.company.dir, load_company)
    learned = await asyncio.to_thread(CompanyModels, settings, live.current)
    services = await asyncio.to_thread(load_services, settings, learned)
    host = ModelHost(settings.model_host, services, token=secret(settings.models.token) or "")
    log.info("model_host_ready", address=settings.model_host, services=sorted(services))
    async with background(live.watch(learned.take_over)):
        await host.serve()


def load_services(settings: Settings, learned: CompanyModels) -> Mapping[str, Service]:
    """Every service of the model host, by name. Takes seconds; blocks."""
    engine = load_asr(settings)
    described = engine.describe()
    log.info(
        "recogniser",
        model=described.name,
        device=described.device,
        size_mb=round(described.size_mb, 1),
        trained_on=described.trained_on,
        limits=described.limits,
    )
    if described.name == "bundled":
        log.warning("recogniser_for_demo_only", remedy=f"for real callers: voicebot models download {REAL_ASR}")
    engine.transcribe_batch([Utterance(np.zeros(8_000, np.int16), 8_000)])  # the first one takes ten times as long
    spoken = PromptCache(load_voice(settings), directory=settings.data_dir / "prompts")
    log.info("voice", name=spoken.name)
    voice = Synthesis(spoken)
    recogniser = BatchQueue(engine.transcribe_batch, max_batch=engine.max_batch, alike=alike)
    intents = BatchQueue(learned.classify, max_batch=16)
    return {
        **recognition_services(recogniser),
        **voice.services,
        "understand": _understand(intents, EmotionClassifier.load()),
        "load": load_service({"asr": recogniser, "understand": intents, "tts": voice.queue}),
        "knowledge": knowledge_service(learned),
        **learned.services,
        **_end_of_turn(settings.models_dir),
        **_dialect(settings),
    }


def load_asr(settings: Settings) -> AsrEngine:
    """The recogniser that the settings name."""
    models = settings.models
    name = chosen_asr(settings)
    folder = resolve(name, dir=settings.models_dir, allow_download=models.allow_download, endpoint=models.hub_endpoint)
    return FasterWhisperEngine(
        find(name), folder, languages=models.languages, device=models.asr_device, threads=models.asr_threads
    )


def load_voice(settings: Settings) -> TtsEngine:
    """The voice of models.tts: a Piper voice where one is installed, espeak-ng otherwise."""
    espeak = EspeakEngine()
    if settings.models.tts == "espeak":
        return espeak
    voice = _piper_file(settings.models, settings.models_dir)
    return PiperEngine(voice, espeak) if voice else espeak


def _piper_file(models: ModelSection, models_dir: Path) -> Path | None:
    """The .onnx of the voice to speak with: the one that is set, else the first that is installed."""
    if models.tts_voice and models.tts_voice.endswith(".onnx"):
        return Path(models.tts_voice).expanduser()
    if models.tts_voice:
        folder = resolve(
            models.tts_voice, dir=models_dir, allow_download=models.allow_download, endpoint=models.hub_endpoint
        )
        return next(folder.rglob("*.onnx"))
    installed = [model for model in catalogue().values() if model.kind == "tts" and is_installed(model, dir=models_dir)]
    if installed:
        return next((models_dir / installed[0].name).rglob("*.onnx"))
    if models.tts == "piper":
        raise ModelMissing(
            "models.tts is piper, and no Piper voice is installed: run `voicebot models download piper-zh-huayan`, "
            'name a voice in models.tts_voice, or set models.tts to "espeak"'
        )
    return None


def recognition_services(queue: BatchQueue[Utterance, Transcript]) -> Mapping[str, Service]:
    """Recognition, and raising the urgency of what still waits for it."""

    async def transcribe(payload: dict[str, Any]) -> dict[str, Any]:
        utterance, priority = read_transcribe_request(payload)
        transcript = await queue.submit(
            utterance, priority=priority, deadline_s=ASR_DEADLINES_S[priority], key=read_key(payload)
        )
        return write_transcript(transcript)

    async def promote(payload: dict[str, Any]) -> dict[str, Any]:
        if (key := read_key(payload)) is not None:
            queue.promote(key, Priority.FINAL)
        return {}

    return {"asr": transcribe, "asr_promote": promote}


def alike(first: Utterance, other: Utterance) -> bool:
    """Whether two utterances are of a length: what shares a batch is padded to the longest, and waits for it."""
    shorter_s, longer_s = sorted(utterance.samples.size / utterance.rate_hz for utterance in (first, other))
    return longer_s <= LONGER * shorter_s + LONGER_S


def _understand(queue: BatchQueue[str, Intent], emotions: EmotionClassifier) -> Service:
    async def understand(payload: dict[str, Any]) -> dict[str, Any]:
        text = str(payload["text"])
        intent = await queue.submit(text)
        return write_understanding(Understanding(intent, emotions.classify(text, payload["loudness_dbov"])))

    return understand


def _end_of_turn(models_dir: Path | None) -> Mapping[str, Service]:
    """The end-of-turn model's service, where one is installed."""
    if (path := installed_file(models_dir)) is None:
        return {}
    try:
        model = EndOfTurnModel(path)
    except ModelError as error:  # words and pause do without it, and calls do not do without the rest
        log.error("end_of_turn_model_unusable", reason=str(error))
        return {}
    log.info("end_of_turn_model", path=str(path))
    return {"end_of_turn": end_of_turn_service(model)}


def _dialect(settings: Settings) -> Mapping[str, Service]:
    """The acoustic dialect classifier's service, where one is set or installed."""
    if (folder := dialect_folder(settings.models.dialect, settings.models_dir)) is None:
        return {}
    model = DialectClassifier.load(folder)
    log.info("dialect_model", path=str(folder), accuracy=model.card.measured.accuracy)
    return {"dialect": dialect_service(model)}


def load_service(queues: Mapping[str, BatchQueue[Any, Any]]) -> Service:
    """How busy the models behind these services are."""

    async def load(_payload: dict[str, Any]) -> dict[str, Any]:
        return {name: asdict(queue.stats()) for name, queue in queues.items()}

    return load

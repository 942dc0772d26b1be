"""The model host's process: loads every model once and serves them to the media processes."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import structlog

from models.asr import AsrEngine
from models.batching import BatchQueue
from models.bundle import ModelMissing, find, is_installed, resolve
from models.catalogue import catalogue
from models.emotion import EmotionClassifier
from models.inference import ModelHost, Service
from models.intent import IntentClassifier
from models.piper_voice import PiperEngine
from models.prompt_cache import PromptCache
from models.speech_client import read_transcribe_request, write_transcript, write_understanding
from models.tts import EspeakEngine, TtsEngine, speak
from models.understanding import Understanding
from models.whisper import FasterWhisperEngine
from voicebot.chosen_models import REAL_ASR, chosen_asr
from voicebot.company import Company, load_company
from voicebot.company.training import trained_intents
from voicebot.config import ModelSection, Settings, secret
from voicebot.dialogue.knowledge import KnowledgeIndex, LocalKnowledge
from voicebot.knowledge_service import knowledge_service

log = structlog.get_logger(__name__)

ASR_DEADLINE_S = 8.0


async def run(settings: Settings) -> None:
    """Loads the models and serves until cancelled."""
    company = load_company(settings.company.dir)
    services = await asyncio.to_thread(load_services, settings, company)
    host = ModelHost(settings.model_host, services, token=secret(settings.models.token) or "")
    log.info("model_host_ready", address=settings.model_host, services=sorted(services))
    await host.serve()


def load_services(settings: Settings, company: Company) -> Mapping[str, Service]:
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
    voice = PromptCache(load_voice(settings), directory=settings.data_dir / "prompts")
    log.info("voice", name=voice.name)
    return {
        "asr": _asr(engine),
        "tts": _tts(voice),
        "understand": _understand(trained_intents(company, settings), EmotionClassifier.load()),
        "knowledge": knowledge_service(LocalKnowledge(_knowledge(company))),
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


def _asr(engine: AsrEngine) -> Service:
    queue = BatchQueue(engine.transcribe_batch, max_batch=engine.max_batch)

    async def transcribe(payload: dict[str, Any]) -> dict[str, Any]:
        utterance, priority = read_transcribe_request(payload)
        return write_transcript(await queue.submit(utterance, priority=priority, deadline_s=ASR_DEADLINE_S))

    return transcribe


def _tts(voice: PromptCache) -> Service:
    thread = ThreadPoolExecutor(1, thread_name_prefix="voice")  # espeak-ng has one global state

    async def speak_sentences(payload: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        language = payload["language"]
        if language not in ("cmn", "yue", "cmn-sichuan"):
            raise ValueError(f"language must be cmn, yue or cmn-sichuan, not {language!r}")
        loop = asyncio.get_running_loop()
        spoken = speak(voice, str(payload["text"]), language=language)
        while (samples := await loop.run_in_executor(thread, next, spoken, None)) is not None:
            yield {"samples": samples}

    return speak_sentences


def _understand(intents: IntentClassifier, emotions: EmotionClassifier) -> Service:
    queue = BatchQueue(intents.classify, max_batch=16)

    async def understand(payload: dict[str, Any]) -> dict[str, Any]:
        text = str(payload["text"])
        intent = await queue.submit(text)
        return write_understanding(Understanding(intent, emotions.classify(text, payload["loudness_dbov"])))

    return understand


def _knowledge(company: Company) -> KnowledgeIndex:
    least_score = company.profile.confidence.knowledge
    return KnowledgeIndex(company.knowledge, dictionary=company.dictionary, least_score=least_score)

"""Figures for Prometheus: calls, reply latency, packet loss, lateness of the event loop."""

from __future__ import annotations

import asyncio
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from voicebot.config import MetricsSection

REPLY_BUCKETS_S: Final = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.3, 1.6, 2.0, 3.0, 5.0)
STAGE_BUCKETS_S: Final = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6),
    *(0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0),
)
LAG_BUCKETS_S: Final = (
    *(0.0005, 0.001, 0.0015, 0.002, 0.0025, 0.003, 0.004, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1),
    *(0.2, 0.5, 1.0, 2.0, 5.0),
)
QUEUE_BUCKETS_S: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0, 300.0, 600.0)
LAG_WINDOW_S: Final = 60.0
"""The exported maximum is that of the last one to two of these."""


class MetricsPortInUse(Exception):
    """The metrics endpoint cannot listen. The message names the setting and the remedy."""


class Metrics:
    """The figures of one process, in a registry of their own."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self.calls_active = self._gauge("calls_active", "Calls going on")
        self.calls_ended = self._counter("calls", "Calls ended", "direction", "outcome")
        self.calls_rejected = self._counter("calls_rejected", "Calls turned away at the door", "reason")
        self.turns = self._counter("turns", "Finished turns", "role", "intent")
        self.reply_latency_s = Histogram(
            "voicebot_reply_latency_seconds",
            "From the end of the caller's speech to the start of the reply",
            buckets=REPLY_BUCKETS_S,
            registry=self.registry,
        )
        self.stage_s = Histogram(
            "voicebot_stage_seconds",
            "Where the time of one answered turn goes: endpoint, recognition, understanding, dialogue, synthesis",
            ("stage",),
            buckets=STAGE_BUCKETS_S,
            registry=self.registry,
        )
        self.prompt_latency_s = Histogram(
            "voicebot_prompt_latency_seconds",
            "From the end of what somebody said to the live prompt about it",
            buckets=STAGE_BUCKETS_S,
            registry=self.registry,
        )
        self.queue_wait_s = Histogram(
            "voicebot_queue_wait_seconds",
            "How long callers waited for a human, by where they went: agent, callback, voicemail, abandoned",
            ("to",),
            buckets=QUEUE_BUCKETS_S,
            registry=self.registry,
        )
        self.calls_waiting = self._gauge("calls_waiting", "Callers who wait for a human")
        self.agents = self._gauge("agents", "Agents by presence", "presence")
        self.offers = self._counter("offers", "Calls offered to agents, by what came of it", "fate")
        self.packets = self._counter("rtp_packets", "RTP packets by fate: received, lost, late", "fate")
        self.media_late_s = self._gauge("media_late_seconds", "Lateness of sent packets", "quantile")
        self.loop_lag_s = Histogram(
            "voicebot_loop_lag_seconds",
            "How late the event loop wakes a timer",
            buckets=LAG_BUCKETS_S,
            registry=self.registry,
        )
        self.loop_work_s = Histogram(
            "voicebot_loop_work_seconds",
            "Processor time that the event loop worked at a stretch, of the stretches of more than a millisecond",
            buckets=LAG_BUCKETS_S,
            registry=self.registry,
        )
        self.loop_lag_max_s = self._gauge("loop_lag_max_seconds", "Largest lag of the last one to two minutes")
        self.model_waiting = self._gauge("model_waiting", "Requests that wait in the model host", "model")
        self.model_wait_s = self._gauge("model_wait_seconds", "Their wait, 95th percentile of 10 s", "model")
        self.model_run_s = self._gauge("model_run_seconds", "Time of a batch in the model, 95th percentile", "model")
        self.broker_connected = self._gauge("broker_connected", "1 while events reach the broker")
        self.trunk_fault = self._gauge("trunk_fault", "1 while the trunk refuses us, is silent or is not found")
        self.errors = self._counter("errors", "Failures that a call survived", "kind")

    def serve(self, settings: MetricsSection) -> None:
        """Answer http://bind:port/metrics from a thread, as long as the process lives."""
        try:
            start_http_server(settings.port, addr=str(settings.bind), registry=self.registry)
        except OSError as error:
            raise MetricsPortInUse(
                f"metrics.port: cannot listen on {settings.bind}:{settings.port} ({error.strerror}); "
                "end the program that has it or set another `metrics.port`"
            ) from error

    async def watch_loop(self, *, interval_s: float = 0.005) -> None:
        """Measure the running loop's lag until cancelled.

        A timer's lag is what blocked the loop when it was due, plus the loop's own rounding of up to 1 ms.
        """
        loop = asyncio.get_running_loop()
        recent = before = 0.0
        window_ends_at = loop.time() + LAG_WINDOW_S
        while True:
            due = loop.time() + interval_s
            await asyncio.sleep(interval_s)
            now = loop.time()
            lag = max(0.0, now - due)
            self.loop_lag_s.observe(lag)
            if now > window_ends_at:
                before, recent, window_ends_at = recent, 0.0, now + LAG_WINDOW_S
            recent = max(recent, lag)
            self.loop_lag_max_s.set(max(recent, before))

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"voicebot_{name}", text, labels, registry=self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"voicebot_{name}", text, labels, registry=self.registry)

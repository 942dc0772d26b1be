"""The figures that Prometheus reads are the ones that were measured."""

import asyncio
import socket
import urllib.request
from ipaddress import IPv4Address

import pytest

from tests.virtual_time import VirtualTimeLoop, in_virtual_time, run_in_virtual_time
from voicebot.config import MetricsSection
from voicebot.free_ports import free_ports
from voicebot.metrics import LAG_WINDOW_S, Metrics, MetricsPortInUse


def test_the_endpoint_shows_calls_latency_and_packets() -> None:
    metrics, (port,) = Metrics(), free_ports(1)
    metrics.calls_ended.labels("inbound", "resolved").inc()
    metrics.reply_latency_s.observe(0.45)
    metrics.packets.labels("lost").inc(3)
    metrics.serve(MetricsSection(port=port))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as reply:
        text = reply.read().decode()
    assert 'voicebot_calls_total{direction="inbound",outcome="resolved"} 1.0' in text
    assert 'voicebot_reply_latency_seconds_bucket{le="0.5"} 1.0' in text
    assert 'voicebot_reply_latency_seconds_bucket{le="0.4"} 0.0' in text
    assert 'voicebot_rtp_packets_total{fate="lost"} 3.0' in text


def test_a_port_in_use_is_named_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(MetricsPortInUse, match=r"metrics\.port"):
            Metrics().serve(MetricsSection(bind=IPv4Address("127.0.0.1"), port=taken.getsockname()[1]))


@in_virtual_time
async def test_a_blocked_loop_shows_in_its_lag() -> None:
    metrics, loop = Metrics(), asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    watching = asyncio.create_task(metrics.watch_loop(interval_s=0.01))
    await asyncio.sleep(0.055)
    loop._jump(0.3)  # as if a callback had held the loop for so long
    await asyncio.sleep(0.05)
    watching.cancel()
    slow = metrics.registry.get_sample_value("voicebot_loop_lag_seconds_bucket", {"le": "0.2"})
    count = metrics.registry.get_sample_value("voicebot_loop_lag_seconds_count")
    assert slow is not None and count is not None and count - slow == 1
    largest = metrics.registry.get_sample_value("voicebot_loop_lag_max_seconds")
    assert largest is not None and 0.28 < largest < 2


def test_the_largest_lag_is_forgotten_after_two_windows() -> None:
    async def scenario() -> tuple[float | None, float | None]:
        metrics, loop = Metrics(), asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        watching = asyncio.create_task(metrics.watch_loop())
        await asyncio.sleep(1)
        loop._jump(0.2)  # as if a callback had held the loop for so long
        await asyncio.sleep(LAG_WINDOW_S / 2)
        soon = metrics.registry.get_sample_value("voicebot_loop_lag_max_seconds")
        await asyncio.sleep(2 * LAG_WINDOW_S)
        later = metrics.registry.get_sample_value("voicebot_loop_lag_max_seconds")
        watching.cancel()
        return soon, later

    soon, later = run_in_virtual_time(scenario())
    assert soon == pytest.approx(0.2, abs=0.01)
    assert later == pytest.approx(0.0, abs=1e-6)

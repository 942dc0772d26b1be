"""Checks of ports and of the services that the processes meet through: store and broker."""

from __future__ import annotations

import asyncio
import errno
import socket
from pathlib import Path

import aiomqtt
from sqlalchemy.engine import make_url

from voicebot.config import Settings
from voicebot.doctor.finding import Finding, fail, ok, warn
from voicebot.eventbus import mqtt_client
from voicebot.sip_probe import answers
from voicebot.store.database import Database, StoreError


async def sip_port(settings: Settings) -> Finding:
    bind, port = str(settings.sip.bind), settings.sip.port
    problem = _bind_problem(socket.SOCK_DGRAM, bind, port)
    if problem is None:
        return ok("SIP port", f"{bind}:{port}/udp is free")
    if problem == errno.EADDRINUSE and await answers("127.0.0.1" if bind == "0.0.0.0" else bind, port):
        return warn("SIP port", f"{bind}:{port} is in use and answers SIP", "fine if that is this system, running")
    if problem == errno.EADDRNOTAVAIL:
        return fail("SIP port", f"{bind} is no address of this machine", "set `sip.bind` to one that is")
    return fail("SIP port", f"{bind}:{port}: {_words(problem)}", "end what has it, or set another `sip.port`")


async def rtp_ports(settings: Settings) -> Finding:
    ports, calls = settings.sip.rtp_ports, settings.sip.max_calls
    shown = f"{ports.start}-{ports.stop - 1}"
    if len(ports) < 2 * calls:
        remedy = f"widen `sip.rtp_ports` to at least {2 * calls} ports, or lower `sip.max_calls`"
        return warn("RTP ports", f"{shown} is too few for {calls} calls, which take two ports each", remedy)
    tried = ports[:: max(1, len(ports) // 20)]
    taken = [port for port in tried if _bind_problem(socket.SOCK_DGRAM, str(settings.sip.bind), port)]
    if len(taken) > len(tried) // 2:
        return fail("RTP ports", f"most of {shown} are taken", "set `sip.rtp_ports` to a free range")
    return ok("RTP ports", shown)


async def metrics_port(settings: Settings) -> Finding:
    bind, port = str(settings.metrics.bind), settings.metrics.port
    if not settings.metrics.enabled:
        return ok("metrics port", "metrics are off")
    problem = _bind_problem(socket.SOCK_STREAM, bind, port)
    if problem is None:
        return ok("metrics port", f"{bind}:{port} is free")
    remedy = "fine if this system is running; else set another `metrics.port`"
    return warn("metrics port", f"{bind}:{port}: {_words(problem)}", remedy)


async def broker(settings: Settings) -> Finding:
    events = settings.events
    if events.broker == "embedded" and _bind_problem(socket.SOCK_STREAM, "127.0.0.1", events.port) is None:
        return ok("broker", f"embedded; its port {events.port} is free")
    try:
        async with asyncio.timeout(5), mqtt_client(events):
            return ok("broker", f"{events.url} accepts us")
    except (aiomqtt.MqttError, OSError, TimeoutError) as error:
        if events.broker == "embedded":
            remedy = "end what has the port, or set another `events.port`"
        else:
            remedy = "start it, or check `events.broker`, `events.username`, `events.password`; calls go on meanwhile"
        return fail("broker", f"{events.url}: {str(error) or 'no answer'}", remedy)


async def store(settings: Settings) -> Finding:
    """Reads only: neither makes nor changes a database."""
    try:
        current = await asyncio.to_thread(_schema_is_current, settings.store_url)
    except StoreError as error:
        found, _, remedy = str(error).partition("; ")
        return fail("store", found, remedy or "check `store.url`")
    url = make_url(settings.store_url)
    name = url.database if url.get_backend_name() == "sqlite" else url.render_as_string()
    if current is None:
        return ok("store", f"{name} will be made at the first start")
    return ok("store", f"{name}{'' if current else '; its tables will be brought up to date at the next start'}")


def _schema_is_current(url: str) -> bool | None:
    """None where there is no SQLite file yet; looking must not make one."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return None
    database = Database(url, patience_s=2)
    try:
        return database.is_current()
    finally:
        database.close()


def _bind_problem(kind: socket.SocketKind, host: str, port: int) -> int | None:
    """errno of binding to the address, None when it is free."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: TIME_WAIT is no hindrance
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno
    return None


def _words(problem: int) -> str:
    return "is in use" if problem == errno.EADDRINUSE else errno.errorcode.get(problem, str(problem))

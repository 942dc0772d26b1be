"""The media process: answers the phone. SIP, RTP, turn-taking and dialogue of every call run here, on one loop.

No recogniser, classifier or voice is loaded here: those answer from the model host, so that audio is never late.
"""

import asyncio
from dataclasses import replace

import structlog

from telephony.clock import MediaClock, keep_objects, prepare_process
from telephony.codecs import make_tables
from telephony.leg import CallLeg
from telephony.sip.endpoint import SipEndpoint
from telephony.sip.settings import SipSettings
from telephony.webrtc.dtls import warm_up
from telephony.webrtc.phones import BrowserPhones
from telephony.webrtc.settings import WebRtcSettings
from voicebot.call.desk import CallDesk, call_desk
from voicebot.call.ringing import Ringing
from voicebot.config import Settings
from voicebot.floor.opening import OpenFloor
from voicebot.floor.phones import AllPhones, SipPhones
from voicebot.loop_watch import WatchedSelector
from voicebot.metrics import Metrics
from voicebot.trunk.dialling import Trunk, opened_trunk
from voicebot.trunk.line import TrunkLine

log = structlog.get_logger(__name__)

LATENESS_EVERY_S = 2.0


async def run(settings: Settings, watched: WatchedSelector) -> None:
    """Answers calls until cancelled; then hangs up politely and closes everything. watched: the running loop's."""
    metrics = Metrics()
    watched.on_long = metrics.loop_work_s.observe
    prepare_process()  # first: threads started by now would keep an ordinary priority, and the interpreter with it
    if settings.metrics.enabled:
        metrics.serve(settings.metrics)
    async with call_desk(settings, metrics) as desk, desk.with_humans() as humans:
        await _answer_calls(settings, desk, humans, metrics)


async def _answer_calls(settings: Settings, desk: CallDesk, humans: OpenFloor, metrics: Metrics) -> None:
    clock = MediaClock()
    async with asyncio.TaskGroup() as calls:
        ticking = calls.create_task(clock.run())
        sip = _sip(settings)
        endpoint = SipEndpoint(sip, clock, lambda leg: _begin(calls, desk, leg), humans.registrar)
        browsers = BrowserPhones(_webrtc(settings, sip), clock, humans.floor.staff)
        trunk = opened_trunk(endpoint, settings.trunk, hotline=desk.hotline)
        make_tables()
        await warm_up()
        keep_objects()
        await endpoint.start()
        lines = calls.create_task(browsers.run())
        carrier = calls.create_task(_keep_line(endpoint, settings, trunk, metrics))
        ringing = calls.create_task(humans.work(AllPhones(browsers, SipPhones(endpoint)), trunk))
        commanding = calls.create_task(humans.take_commands(browsers))
        watching = calls.create_task(_watch_clock(clock, metrics))
        log.info("ready", sip=f"sip:{settings.sip.bind}:{settings.sip.port}", company=desk.company_name)
        try:
            await asyncio.Event().wait()
        finally:
            endpoint.draining = True
            carrier.cancel()  # signs off while there is a socket
            await asyncio.wait({carrier})
            await endpoint.stop()
            await desk.all_done()
            commanding.cancel()
            ringing.cancel()
            lines.cancel()
            ticking.cancel()
            watching.cancel()


async def _keep_line(endpoint: SipEndpoint, settings: Settings, trunk: Trunk | None, metrics: Metrics) -> None:
    if trunk is not None:
        await TrunkLine(endpoint, settings.trunk, trunk, settings.data_dir, metrics).run()


async def _watch_clock(clock: MediaClock, metrics: Metrics) -> None:
    """Exports how late packets leave."""
    while True:
        await asyncio.sleep(LATENESS_EVERY_S)
        late = clock.late_ms
        for quantile, value in (("0.5", late.p50), ("0.99", late.p99), ("1", late.max)):
            metrics.media_late_s.labels(quantile).set(value / 1000)


def _begin(calls: asyncio.TaskGroup, desk: CallDesk, leg: CallLeg) -> None:
    ringing = Ringing()
    leg.listen(ringing)
    calls.create_task(_take(desk, leg, ringing), name=f"call-{leg.id}")


async def _take(desk: CallDesk, leg: CallLeg, ringing: Ringing) -> None:
    leg.ring()
    await asyncio.sleep(0)  # reading an INVITE, ringing and looking the caller up: a step of the loop each
    await desk.take(leg, ringing)


def _sip(settings: Settings) -> SipSettings:
    sip = settings.sip
    return SipSettings(
        bind_ip=str(sip.bind),
        port=sip.port,
        rtp_ports=sip.rtp_ports,
        advertised_ip=str(sip.advertised_ip or ""),
        max_calls=sip.max_calls,
        user_agent=sip.user_agent,
        peers=tuple(str(network) for network in sip.peers),
        media_timeout_s=sip.media_timeout_s,
    )


def _webrtc(settings: Settings, sip: SipSettings) -> WebRtcSettings:
    """Where nothing else is said, browsers come in where calls do: on our own address, and through the NAT."""
    phone = settings.browser_phone
    bind_ip = str(phone.bind or settings.sip.bind)
    own = replace(sip, bind_ip=bind_ip, advertised_ip="").reachable_ip
    addresses = [str(address) for address in phone.addresses] or list(dict.fromkeys((own, sip.advertised_ip or own)))
    return WebRtcSettings(bind_ip=bind_ip, addresses=addresses, ports=phone.udp_ports)

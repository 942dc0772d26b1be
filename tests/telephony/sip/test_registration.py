"""An endpoint that signs in like a telephone is called where it is, and says clearly why when it may not."""

from collections.abc import Awaitable, Callable

import pytest

from telephony.sip import Registrar, RegistrarSettings
from telephony.sip.registration import RegistrationFailed
from telephony.sip.settings import Credentials
from tests.telephony.sip.conftest import Answering, wait_for

MakeEndpoint = Callable[..., Awaitable[Answering]]


class Deaf:
    """Nobody wants to know who signs in."""

    def on_registered(self, user: str) -> None: ...

    def on_unregistered(self, user: str) -> None: ...


def registrar() -> Registrar:
    return Registrar(RegistrarSettings(), {"6001": "right"}, Deaf())


async def test_who_signs_in_can_be_called(make_endpoint: MakeEndpoint) -> None:
    signing = registrar()
    office = await make_endpoint(signing)
    phone = await make_endpoint()
    signed_in = await phone.endpoint.register(f"sip:127.0.0.1:{office.endpoint.port}", Credentials("6001", "right"))
    await signed_in.registered()
    leg = await office.endpoint.dial_phone("6001", from_number="10086")
    await leg.answered(5)
    assert phone.calls[0].leg.local.number == "6001"
    leg.hang_up()
    await wait_for(lambda: phone.calls[0].over.is_set())
    await signed_in.sign_off()
    assert signing.registered() == frozenset()


async def test_a_wrong_password_is_named(make_endpoint: MakeEndpoint) -> None:
    signing = registrar()
    office = await make_endpoint(signing)
    phone = await make_endpoint()
    signed_in = await phone.endpoint.register(f"sip:127.0.0.1:{office.endpoint.port}", Credentials("6001", "wrong"))
    with pytest.raises(RegistrationFailed, match=r"'6001' \(403 .*check user name and password"):
        await signed_in.registered()
    await signed_in.sign_off()
    assert signing.registered() == frozenset()


async def test_a_registrar_that_is_not_there_is_named(make_endpoint: MakeEndpoint) -> None:
    phone = await make_endpoint()
    signed_in = await phone.endpoint.register("sip:127.0.0.1:9", Credentials("6001", "right"))
    with pytest.raises(RegistrationFailed, match=r"no registrar answered within 0\.3 s for '6001'"):
        await signed_in.registered(0.3)
    await signed_in.sign_off(0.1)

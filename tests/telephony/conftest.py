import pytest

from tests.telephony.bridged_call import Call


@pytest.fixture
def call() -> Call:
    return Call()


@pytest.fixture
def joined(call: Call) -> Call:
    call.bridge.join()
    call.tick()
    return call

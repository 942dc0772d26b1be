"""SIP as odd peers write it, line by line."""

from tests.telephony.sip.conftest import RawPeer

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 39990 RTP/AVP 8 101\r\n"


def request(
    peer: RawPeer,
    method: str = "INVITE",
    *,
    call_id: str = "raw-1",
    cseq: int = 1,
    branch: str = "b1",
    to_tag: str = "",
    extra: str = "",
    contact: bool = True,
    body: str = SDP,
) -> str:
    lines = [
        f"{method} sip:4008001000@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:{peer.port};rport;branch=z9hG4bK{branch}",
        'From: "张 三" <sip:13800138000@127.0.0.1>;tag=f1',
        f"To: <sip:4008001000@127.0.0.1>{to_tag}",
        f"Call-ID: {call_id}",
        f"CSeq: {cseq} {method}",
        "Max-Forwards: 70",
    ]
    if contact:
        lines.append(f"Contact: <sip:13800138000@127.0.0.1:{peer.port}>")
    if body and "Content-Type" not in extra:
        lines.append("Content-Type: application/sdp")
    if extra:
        lines.append(extra)
    return "\r\n".join([*lines, f"Content-Length: {len(body.encode())}", "", body])


def to_tag_of(message: str) -> str:
    to = next(line for line in message.split("\r\n") if line.startswith("To:"))
    return ";tag=" + to.partition(";tag=")[2]


def answer_to(request: str, status: str, *headers: str, body: str = "") -> str:
    copied = [line for line in request.split("\r\n") if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
    copied = [line + ";tag=callee" if line.startswith("To:") and ";tag=" not in line else line for line in copied]
    return "\r\n".join([f"SIP/2.0 {status}", *copied, *headers, f"Content-Length: {len(body)}", "", body])

"""Phones in browsers (WebRTC): a line to each, over which ordinary legs ring, talk and end.

A line is ICE-lite on one UDP port, DTLS by aiortc, SRTP, and the same G.711 RTP session that telephones have. It is
made once, when somebody connects their phone, and calls come and go on it: picking up costs no handshake. Everything
is polled by the shared 20 ms clock; no frame has a task of its own.
"""

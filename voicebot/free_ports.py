"""Ports for systems that run beside others on one machine: demo, microphone, tests."""

import socket


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody has now, for UDP and TCP."""
    with_sockets: list[tuple[int, socket.socket, socket.socket]] = []
    while len(with_sockets) < count:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        port = udp.getsockname()[1]
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            tcp.bind(("127.0.0.1", port))
        except OSError:
            udp.close()
            tcp.close()
            continue
        with_sockets.append((port, udp, tcp))
    for _, udp, tcp in with_sockets:
        udp.close()
        tcp.close()
    return [port for port, _, _ in with_sockets]

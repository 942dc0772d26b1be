"""What `voicebot bench` measures, and the load that it makes: latency, turns, routing, console, recognition."""

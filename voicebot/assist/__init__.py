"""What the agent hears and sees: whisper before the call, live prompts, handover packet, wrap-up. No I/O, no clock."""

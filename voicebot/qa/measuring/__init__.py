"""What the two audio channels of a call tell: talk, silence, interruptions, holds, speed, loudness."""

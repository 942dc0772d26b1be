"""`voicebot bench console`: what many open pages cost the calls, and how soon they show what is said."""

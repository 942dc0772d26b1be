"""What the caller says: the audio of the last seconds, its way through the models, and the words as they come."""

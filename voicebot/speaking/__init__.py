"""What the assistant says: sentences made into audio, said on the line, and how much of them was heard."""

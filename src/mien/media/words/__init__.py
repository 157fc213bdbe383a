"""What was said, as files spell it: transcripts, subtitles, chats."""

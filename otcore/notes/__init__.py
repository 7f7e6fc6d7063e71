"""Notes on sentence pairs and their links, corrections of gold links: a file several people write, exports, agreement."""

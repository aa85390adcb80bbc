"""Find by words, and ask about an image."""

"""Model cards for people, and their figures."""

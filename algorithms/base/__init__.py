"""The classes that the algorithms are derived from."""

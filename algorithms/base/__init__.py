"""The classes that the algorithms derive from, and the parameters that several of them have."""

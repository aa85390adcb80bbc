"""The panel that writes reports."""

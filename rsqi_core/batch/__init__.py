"""Many scenes, one after the other and side by side, into one folder, with a report on the lot."""

"""The review: a technician walks through the errors, judges and corrects them, and finds what was missed."""

"""What a person asks for beside an inspection, one module each: read a request, do it whole or not at all, answer."""

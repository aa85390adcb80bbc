"""The page of the benchmark: tables, plots and example pictures."""

"""The page Lot: many images inspected, one table and one map of them, and a second review."""

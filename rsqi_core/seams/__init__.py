"""Seams as lines: what is measured along a line on both of its sides, whoever has drawn or traced it."""

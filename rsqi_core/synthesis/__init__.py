"""Synthetic errors, one module a type, and the procedural landscape; numpy and OpenCV only.

Every error module has ``apply(image, rng, **options) -> Defect | None``.
"""

"""Stations learn from one another without images: signed changes of the heads of one model, merged with care."""

"""Whole inputs with the report that the definitions give for them."""

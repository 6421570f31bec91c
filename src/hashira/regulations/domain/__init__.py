"""Analog regulation, as values and rules: law as data, and what is found in it."""

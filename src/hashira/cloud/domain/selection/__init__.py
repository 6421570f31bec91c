"""Selecting cloud services by published requirements: catalogues, answers, judgements, verdicts (選定)."""

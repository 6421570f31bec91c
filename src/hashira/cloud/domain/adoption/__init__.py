"""Adopting organisations that exist: read, compared with the baseline, changed after approval (取込み)."""

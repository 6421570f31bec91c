"""Figures that travel between installations as signed files (数値の持ち運び)."""

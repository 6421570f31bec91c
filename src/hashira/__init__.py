"""Hashira (柱): a digital agency in a box."""

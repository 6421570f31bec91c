"""Catalogues, proposals and services as they are read (読み出し)."""

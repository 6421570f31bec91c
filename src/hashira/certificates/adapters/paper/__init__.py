"""Certificates as PDF (紙の証明書): the machine's typefaces, and one document for any number of sheets."""

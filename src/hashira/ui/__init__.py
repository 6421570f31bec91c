"""The design system: one look, one voice, one set of accessible parts (デザインシステム)."""

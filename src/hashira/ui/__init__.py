"""The design system: one look, one voice and one set of accessible parts for every page (デザインシステム)."""

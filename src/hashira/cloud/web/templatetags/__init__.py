"""Tags of the cloud pages."""

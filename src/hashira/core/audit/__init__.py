"""What was done, by whom (監査記録): append-only, sealed, without personal data."""

"""What is done with requirements, proposals and services (行うこと)."""

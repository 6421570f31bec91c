"""Pages by which residents sign in and out (住民のサインイン)."""

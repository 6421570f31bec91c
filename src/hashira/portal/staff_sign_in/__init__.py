"""Staff sign in: address of e-mail, password and second factor, or a passkey (職員のサインイン)."""

"""Laws and what was found in them, in the database (法令と洗い出しの台帳)."""

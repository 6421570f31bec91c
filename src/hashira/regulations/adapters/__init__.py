"""Where laws come from, and how they are written out: files, archives, e-Gov, documents of a city."""

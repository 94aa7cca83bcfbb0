"""AffectNet's layouts: ``tables`` reads the old one, ``folders`` the new one, ``listing`` finds out which is there."""

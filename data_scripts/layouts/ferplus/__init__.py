"""FER+'s layouts: ``votes`` and ``pixels`` read the tables, ``listing`` finds the faces in either layout."""

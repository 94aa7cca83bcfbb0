"""How owners and copies lay out their faces: each layout's reader returns a :class:`listing.Listing`."""

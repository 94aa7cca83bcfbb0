"""From a photo to intensities: faces are found, cut out as the network knows them, read, and drawn."""

"""The landmark network on drawn faces, whose 68 points are known: ``training`` it, ``measuring`` one, a ``sheet``."""

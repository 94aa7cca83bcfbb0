"""From a listing of images to one memory-mapped file, however many they are.

``form`` is what the file looks like, ``writing`` makes it, ``report`` says what was found.
"""

"""From a listing of images to one memory-mapped file, however many they are.

One idea a module: ``form`` is what the file looks like, ``writing`` makes it, ``report`` says what was found,
``reading`` opens it again, ``command`` is what the scripts share. Only ``reading`` needs torch.
"""

"""From a listing of image files to one memory-mapped file, however many they are (lesson 08, full profile).

One idea a module: ``filling`` decodes pictures in several processes, ``journal`` remembers what is done so
that a killed run goes on, ``placing`` sorts the faces so that every choice of them is one slice, ``report``
says what was found, ``writing`` puts the file together, ``container`` opens it again. Only the last one needs
torch.
"""

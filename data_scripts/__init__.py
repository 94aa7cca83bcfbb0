"""From what the owners of a data set hand out to what pvlib reads: one script a data set.

``prepare_ferplus``, ``prepare_rafdb`` and ``prepare_affectnet`` each make one file; ``unpack`` opens an archive,
``check`` says whether a set is whole, ``find_near_duplicates`` what only looks alike, and ``train_landmarks`` makes
the landmark weights that ship with the course. ``layouts`` knows how owners and copies lay out their files,
``packing`` writes the one file, whose reader is ``pvlib.data.prepared_file``.
"""

"""Drawn faces as files, exactly in the layout that the owner of a real data set hands out.

So every reader can be tried, and every command practised, without the real files. One family of layouts a
module: ``ferplus``, ``rafdb``, ``affectnet``; ``circumplex`` gives a mixture its valence and arousal;
``writing`` puts a folder together, with the whole truth beside the files.
"""

from drawnfaces.layouts.writing import LAYOUTS, Layout, choose_layout, split_counts, write_layout

__all__ = ["LAYOUTS", "Layout", "choose_layout", "split_counts", "write_layout"]

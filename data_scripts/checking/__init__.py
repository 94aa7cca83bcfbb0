"""Is this set of faces whole, and may one train on it?

``recognise`` finds out what lies in a folder, with the readers that prepare it too; ``findings`` looks at every
image and judges. Near duplicates are the business of ``find_near_duplicates``.
"""

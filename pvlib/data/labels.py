"""Names and order of the expressions, kept in one place for every data set.

Each tuple is in the order of the data set's own label files. Their colours stand in ``expression_colours``.
"""

FERPLUS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
FERPLUS_VOTES = (*FERPLUS, "unknown", "NF")
RAFDB = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
AFFECTNET7 = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger")
AFFECTNET8 = (*AFFECTNET7, "contempt")

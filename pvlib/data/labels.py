"""Names, order and colours of the expressions, kept in one place for every data set.

Each tuple is in the order of the data set's own label files; ``COLOURS`` gives an expression the same
colour in every figure (the Okabe-Ito palette, which colour-blind readers can tell apart).
"""

FERPLUS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
FERPLUS_VOTES = (*FERPLUS, "unknown", "NF")
RAFDB = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
AFFECTNET7 = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger")
AFFECTNET8 = (*AFFECTNET7, "contempt")

COLOURS = {
    "neutral": "#7f7f7f",
    "happiness": "#e69f00",
    "surprise": "#cc79a7",
    "sadness": "#0072b2",
    "anger": "#d55e00",
    "disgust": "#009e73",
    "fear": "#56b4e9",
    "contempt": "#8c6d31",
}

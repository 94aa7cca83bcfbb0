"""The colour of each expression, the same in every figure: the Okabe-Ito palette, which colour-blind readers tell apart."""

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

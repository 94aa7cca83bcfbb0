"""What a face can show and what a rater can say of it, in the order of every array of this package (FER+'s)."""

EXPRESSIONS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
VOTES = (*EXPRESSIONS, "unknown", "NF")  # NF: not a face

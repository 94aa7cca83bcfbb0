"""Mean and standard deviation of ImageNet's RGB values in 0-1: the input scale of every network here."""

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

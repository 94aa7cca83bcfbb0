# %% [markdown]
# # {number} · {title}
#
# **The question.** POSTER-Var looks at each face twice: one backbone gives image features, the other landmark features.
# What is in them, what does one cell of their maps see, and what is done to a picture before they see it?
#
# **After this lesson you can** say which numbers of a checkpoint an answer depends on; write down the shapes of an
# image pyramid; compute what a cell can see, and measure what it does see; test whether a way of making pictures
# smaller matters; say why a frozen network may still change.
#
# **You need** {link:start_here}; convolutions with strides. **Time:** about 50 minutes; the cells run in about 30
# seconds. **In the paper:** Figure 2, left, and "43.7 M parameters, 8.4 G FLOPs" (Lv, Zhang, Tsoi, *Sci Rep* 16, 7323,
# 2026).

# %% id="parameters" tags=["parameters"]
profile = "reduced"  # "full" asks four times as many faces
seed = 0

# %% id="setup" jupyter={"source_hidden": true}
from math import prod

import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from drawnfaces.numbered import DrawingOptions, draw_numbered
from lessons.two_backbones import figures, formulas
from lessons.two_backbones.backbones import drifted, landmark_error, layers_of, released_tensors, shifted
from lessons.two_backbones.reach import reach
from poster_var_course import chosen, guess, record, reveal
from poster_var_course.checks import check, hint
from pvlib.data.drawn import draw_faces
from pvlib.data.network_input import normalise
from pvlib.explain.reach import receptive_field
from pvlib.figures.interactive import show, show_still
from pvlib.models import poster_var
from pvlib.models.landmark_weights import load_landmark_net
from pvlib.models.poster import resize
from pvlib.runs.trained import load_trained

share = {"quick": 0.1, "reduced": 1, "full": 4}[profile]
trained = load_trained()  # POSTER-Var, 1.9 million weights, trained on the photographs of FER+
network = trained.network

# %% [markdown]
# ## 1 · Find the dead weight
#
# The authors' checkpoint for eight classes holds 761 tensors with 59.0 million numbers. Here is what they are called
# and how large they are. (The numbers themselves are not part of this course.)

# %% id="tensors"
tensors = released_tensors()
for tensor in [*tensors[:4], *tensors[350:354], *tensors[-4:]]:
    print(f"{tensor.name:55s} {tensor.shape}")
print(f"… {len(tensors)} tensors, {sum(prod(tensor.shape) for tensor in tensors) / 1e6:.1f} million numbers")

# %% id="guess-dead"
guess(
    "two_backbones.dead",
    "Of these 59.0 million numbers, on how many million does no answer of the network depend?",
    low=0,
    high=59,
)

# %% [markdown]
# A first look: which tensors get a *gradient*? The loss of a few pictures was sent back through the released network
# once (with random numbers in place of the authors' weights); `with_gradient` lists the names of the tensors that got
# one.
#
# > **Exercise 1** · 5 minutes · core · *important: the same line finds unused parts in any network.* Count the
# > numbers, not the tensors.


# %% id="live-numbers"
def live_numbers(shapes, with_gradient):
    """How many numbers get a gradient; shapes: name -> tuple of sides, with_gradient: list of names."""
    ### BEGIN SOLUTION
    return sum(prod(shape) for name, shape in shapes.items() if name in with_gradient)
    ### END SOLUTION


check("two_backbones.live_numbers", live_numbers)

# %% id="hint-live-numbers"
hint("two_backbones.live_numbers")

# %% id="dead" jupyter={"source_hidden": true}
live_in = chosen("two_backbones.live_numbers", live_numbers, formulas.live_numbers)
shapes = {tensor.name: tensor.shape for tensor in tensors}
live = live_in(shapes, [tensor.name for tensor in tensors if tensor.gradient])
kinds: dict[str, int] = {}
for tensor in tensors:
    kinds[tensor.kind] = kinds.get(tensor.kind, 0) + prod(tensor.shape)
dead = sorted((tensor for tensor in tensors if tensor.dead), key=lambda tensor: -prod(tensor.shape))
reveal("two_backbones.dead", round(kinds["dead"] / 1e6, 1))
print(f"{live / 1e6:.2f} million numbers get a gradient; {len(dead)} tensors are dead")
index_tables = sum(prod(tensor.shape) for tensor in dead if tensor.name.endswith("index"))
show_still(
    *figures.what_a_file_holds(
        {kind: kinds[kind] / 1e6 for kind in figures.KINDS},
        {tensor.name: prod(tensor.shape) / 1e6 for tensor in dead[:5]},
    )
)

# %% [markdown]
# **No gradient has several reasons.** The *landmark branch* is frozen, but every answer depends on it. *Statistics* of
# BatchNorm are no parameters, but are used. The *log-variance* got none in this step, since the loss was taken at the
# mean. The rest is **dead**: 36 tensors that the forward pass never reads, a quarter of the file. One of them is the
# output layer of the image backbone, 12.8 million numbers, made for a face recognition that nobody asks for here;
# three are index tables, computed anew when the network is built.
#
# How do we know? By experiment: `pvlib` has none of the 36, and gives the released network's numbers to 1 in 10,000
# (`tests/models/test_parity.py`). A missing gradient alone would not show it.
#
# ## 2 · Two pyramids
#
# Both backbones give three maps, each half as wide and half as high as the one before, with more channels. The image
# backbone is an IR-50 (a residual network for face recognition) without its last stage; the landmark backbone is a
# MobileFaceNet. Its maps are 64 × 28², 128 × 14² and 512 × 7². Before the two meet, one more convolution of stride 2
# halves each map of the image backbone, so that both have $28^2$, $14^2$ and $7^2$ cells: levels 1, 2 and 3.
#
# > **Exercise 2** · 3 minutes · warm-up · *important: shapes are the language of Figure 2.* The paper's image backbone
# > has 64, 128, 256 channels; its first stage already halves the picture. Its own maps, before the last halving.


# %% id="pyramid-shapes"
def pyramid_shapes(side):
    """Shapes (C, H, W) of the three maps for a picture of side × side pixels, finest first."""
    ### BEGIN SOLUTION
    return [
        (channels, side // 2**level, side // 2**level)
        for level, channels in enumerate((64, 128, 256), start=1)
    ]
    ### END SOLUTION


check("two_backbones.pyramid_shapes", pyramid_shapes)

# %% id="hint-pyramid-shapes"
hint("two_backbones.pyramid_shapes")

# %% [markdown]
# The next cell builds the paper's network on PyTorch's *meta* device: all shapes are computed, no number is stored, so
# that a network of this size costs no memory. It also counts operations.

# %% id="paper-size"
shapes_of = chosen("two_backbones.pyramid_shapes", pyramid_shapes, formulas.pyramid_shapes)
with torch.device("meta"):
    large = poster_var(8)
    pictures = torch.randn(1, 3, 224, 224)
    with FlopCounterMode(display=False) as counter:
        large(pictures)
    maps = large.image_pyramid(resize(pictures, 112))
same_shapes = [tuple(each.shape[1:]) for each in maps] == [tuple(shape) for shape in shapes_of(112)]
gflop = counter.get_total_flops() / 1e9
parameters = {name: sum(w.numel() for w in part.parameters()) for name, part in large.named_children()}
print("maps of the image backbone as you said:", same_shapes)
print(
    f"{sum(parameters.values()) / 1e6:.2f} million parameters, {gflop:.1f} GFLOP = {gflop / 2:.2f} billion multiply-adds"
)
for name in ("image_pyramid", "landmark_net"):
    print(f"{name}: {parameters[name] / 1e6:.2f} million parameters")

# %% [markdown]
# The paper says 43.7 M parameters and 8.4 G "FLOPs". The first is near the living ones, 43.9 M here; the second is near
# our 8.6 billion *multiply-adds*. One multiplication and one addition are two operations (FLOP), so the network takes
# 17.2 GFLOP. Where the small differences come from, the paper does not say. Compare only what was counted alike.
#
# ## 3 · What a cell can see
#
# A cell of the first convolution sees 3 × 3 pixels. A cell of the next sees 3 × 3 of *those* cells, so 5 × 5 pixels.
# Each stride moves neighbouring cells further apart, and whatever comes after it reaches further. The square of pixels
# that can change a cell is its **receptive field**.
#
# > **Exercise 3** · 7 minutes · core · *important: it says what a map cannot know.* Begin with one pixel. A layer with
# > kernel $k$ adds $k - 1$ times the distance of neighbouring cells of its *input*, in pixels; that distance is the
# > product of all strides before it.


# %% id="receptive-side"
def receptive_side(kernels, strides):
    """Side in pixels of what one cell sees; kernels and strides of the layers, in order."""
    ### BEGIN SOLUTION
    side, jump = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        side += (kernel - 1) * jump
        jump *= stride
    return side
    ### END SOLUTION


check("two_backbones.receptive_side", receptive_side)

# %% id="hint-receptive-side"
hint("two_backbones.receptive_side")

# %% [markdown]
# That is what a cell *can* see. What does it see? The gradient of the cell with respect to every pixel tells: how much
# does the cell change if the pixel changes? Its size, averaged over faces, is the measured field. It has no sharp
# border, so take the square that holds 90 % of it.
#
# > **Exercise 4** · 6 minutes · stretch · *important: a sum that reaches a share is the honest border of a bell.*
# > `field` (H, W) is not negative; `centre` is a pixel (row, column); the square has side $2r + 1$, and may reach
# > beyond the picture, where there is nothing.


# %% id="effective-side"
def effective_side(field, centre, share=0.9):
    """Side of the smallest square around centre that holds at least this share of the field's sum."""
    ### BEGIN SOLUTION
    row, column = centre
    for radius in range(max(field.shape)):
        square = field[max(0, row - radius) : row + radius + 1, max(0, column - radius) : column + radius + 1]
        if square.sum() >= share * field.sum():
            return 2 * radius + 1
    ### END SOLUTION


check("two_backbones.effective_side", effective_side)

# %% id="hint-effective-side"
hint("two_backbones.effective_side")

# %% [markdown]
# ## 4 · See it: the reach of a cell
#
# The shipped network (pictures of 48 × 48 pixels; levels of 12², 6² and 3² cells, after the last halving) and 32 drawn
# faces. Orange: pixels on which the cell depends. Dashed: your square of exercise 3. Solid: your square of exercise 4.
# The slider moves over nine cells, the menu changes branch and level. The fifth cell is printed and shown first; it is
# centred on pixel (16, 16), on the left eye.

# %% id="reach" jupyter={"source_hidden": true}
theory_of = chosen("two_backbones.receptive_side", receptive_side, formulas.receptive_side)
side_of = chosen("two_backbones.effective_side", effective_side, formulas.effective_side)
faces = draw_faces(32, seed=seed)
inputs = trained.network_input(faces.images)
torch.manual_seed(seed)
untrained = poster_var(8, network.size).eval()
keys = [(branch, level) for branch in ("image", "landmark") for level in (1, 2, 3)]
centres = [
    (row, column) for row in (0, 16, 32) for column in (0, 16, 32)
]  # a cell of every level is centred there
theory, fields, effective, outside, before_training = {}, {}, {}, 0.0, {}
for branch, level in keys:
    theory[branch, level] = theory_of(*layers_of(network, branch, level))
    jump = 48 // network.size.windows[level - 1]
    cells = [(row // jump, column // jump) for row, column in centres]
    fields[branch, level] = torch.stack(
        [receptive_field(network, inputs, branch, level, cell) for cell in cells]
    )
    effective[branch, level] = [
        side_of(field, c) for field, c in zip(fields[branch, level], centres, strict=True)
    ]
    before_training[branch, level] = side_of(
        receptive_field(untrained, inputs, branch, level, cells[4]), centres[4]
    )
    reached = theory[branch, level] // 2
    for field, (row, column) in zip(fields[branch, level], centres, strict=True):
        beyond = field.clone()
        beyond[max(0, row - reached) : row + reached + 1, max(0, column - reached) : column + reached + 1] = 0
        outside = max(outside, beyond.max().item())
picture = draw_numbered(DrawingOptions(seed=seed, size=192), int((faces.mixture.amax(dim=1)).argmax())).image
show(*reach(picture, centres, fields, theory, effective))
print(f"{'':18s}can see   90 % within   90 % before training")
for branch, level in keys:
    print(
        f"{branch:9s} level {level} {theory[branch, level]:5d}     {effective[branch, level][4]:5d}"
        f"          {before_training[branch, level]:5d}"
    )
print(f"largest dependence outside the dashed square: {outside:g}")

# %% [markdown]
# - **The theory holds exactly**: outside the dashed square the gradient is 0.
# - **At level 3 a cell can see the whole picture, and depends mostly on a part of it**: of the image branch's square of
#   39 pixels 36 × 36 lie in the picture of 48 × 48, of the landmark branch's 42 × 42. The middle counts most, since more
#   ways lead to it (Luo et al., 2016).
# - **The trained landmark branch sees wider** than untrained ones, at every level; the image branch is narrower, at
#   level 2 only a little (five seeds of untrained weights, but one trained network).
# - Level 3 has 3 × 3 cells, and its first is centred on the *corner pixel* of the picture: a stride of 2 with a border
#   of 1 begins at pixel 0.
#
# At paper size, with more layers, it is the same formula: 27, 87 and 527 of 112 pixels. A cell of level 2
# ($14 \times 14$) can see three quarters of the picture's width, one of level 3 ($7 \times 7$) all of it.

# %% id="paper-reach"
paper_reach = [theory_of(*layers_of(large, "image", level)) for level in (1, 2, 3)]
print("paper size, image branch:", paper_reach, "pixels of 112")

# %% [markdown]
# ## 5 · Every second pixel
#
# Faces of 224 pixels come in, both backbones see 112. The released code makes them smaller by **taking every second
# pixel** (*nearest*). Three quarters of the pixels never count. A mean of 2 × 2 pixels uses all.

# %% id="stripes" jupyter={"source_hidden": true}
show_still(*figures.stripes())

# %% [markdown]
# On stripes the choice is plain to see: moved by one pixel, they become others. Does it matter for expressions? Drawn
# faces of 96 pixels, made 48 in both ways, and the same faces moved by one pixel.

# %% id="guess-nearest"
guess("two_backbones.nearest", "Of 300 answers, how many differ between nearest and mean?", low=0, high=300)

# %% id="nearest" jupyter={"source_hidden": true}
larger = draw_faces(int(300 * share), seed=seed, size=96)
truth = larger.mixture.argmax(dim=1)


@torch.no_grad()
def ask(pictures):
    """The network's first answers, (faces,)."""
    return torch.cat([network(part) for part in pictures.split(100)]).argmax(dim=1)


def points(values):
    """Mean and half of its 95 % interval, in points."""
    values = 100 * values.double()
    return values.mean().item(), 1.96 * (values.std() / len(values) ** 0.5).item()


ways = {"nearest": lambda x: resize(x, 48), "mean": lambda x: F.avg_pool2d(x, 2)}
whole = normalise(larger.images)
said = {way: ask(smaller(whole)) for way, smaller in ways.items()}
moved = {way: ask(smaller(shifted(whole))) for way, smaller in ways.items()}
differ = (said["nearest"] != said["mean"]).double().mean().item()
reveal("two_backbones.nearest", round(300 * differ))
flips = {way: (said[way] != moved[way]).double() for way in ways}
right = {way: (said[way] == truth).double() for way in ways}
gain, gain_half = points(right["mean"] - right["nearest"])
calmer, calmer_half = points(flips["mean"] - flips["nearest"])
for way in ways:
    print(
        f"{way:8s} accuracy {right[way].mean():.1%}, one pixel to the right changes {flips[way].mean():.1%} of the answers"
    )
print(
    f"mean − nearest: {gain:+.1f} ± {gain_half:.1f} points, changed answers {calmer:+.1f} ± {calmer_half:.1f} points"
)

# %% [markdown]
# About one answer in eleven differs. Is one way *better*? Over five seeds of 300 faces (`python -m lessons.over_seeds
# two_backbones 0,1,2,3,4`) the mean gives +0.5 ± 2.9 points of accuracy: not distinguishable, and an interval that
# wide hides much. What can be seen: a move by one pixel changes 7.5 % of the answers with nearest and 4.7 % with the
# mean, −2.9 ± 2.3 points. So on these faces the mean makes this network's answers steadier. It was trained on faces of
# 48 pixels, which nobody made smaller; one that is trained on every second pixel may get used to it.
#
# ## 6 · Try to break it
#
# **The landmark branch gets other pictures than it was made for.** Its weights were trained on values from 0 to 1 in the
# order blue, green, red. The released code gives it what the image branch gets: red, green, blue, minus ImageNet's mean,
# divided by its standard deviation. The landmark network that comes with this course was trained as theirs, on drawn faces;
# its 68 points show what happens.
#
# **Frozen, and yet it moves.** The released code freezes the *weights* of this branch, but leaves it in training mode.
# Then each BatchNorm goes on to replace its statistics by those of the training faces, a tenth in each step. Here are
# 25 steps with 8 faces each, without any gradient.

# %% id="landmarks" jupyter={"source_hidden": true}
points_net, _ = load_landmark_net()
coloured = draw_faces(int(100 * share), seed=seed, size=112, colour=True)
other = draw_faces(200, seed=seed + 1000, size=112, colour=True)
true_points = (coloured.landmarks + 0.5) / 112


def made_for(given):
    return given.images.float().div(255).flip(1)  # 0–1; blue, green, red


def as_released(given):
    return normalise(given.images)


networks = {
    "as made for": (points_net, made_for(coloured)),
    "red, green, blue": (points_net, made_for(coloured).flip(1)),
    "as released": (points_net, as_released(coloured)),
    "statistics drifted": (drifted(points_net, made_for(other), steps=25), made_for(coloured)),
}
error = {name: landmark_error(one, given, true_points) for name, (one, given) in networks.items()}
with torch.no_grad():
    found = {name: one(given[:1])[0] for name, (one, given) in networks.items()}
    features = {name: one.pyramid(given[:50])[1] for name, (one, given) in networks.items()}
show_still(
    *figures.landmarks(
        coloured.images[0].numpy(), found, {name: one.mean().item() for name, one in error.items()}
    )
)
own = features["as made for"]
feature_change = {name: ((each - own).norm() / own.norm()).item() for name, each in features.items()}
for name, one in error.items():
    print(f"{name:20s} error {one.mean():5.2f} %, features of level 2 change by {feature_change[name]:.0%}")
colour_order, colour_half = points((error["red, green, blue"] - error["as made for"]) / 100)

# %% [markdown]
# (Error in % of the distance between the outer corners of the eyes, mean over 100 drawn faces.)
#
# - **The order of colours hardly matters** for the points: the error grows by less than 0.1.
# - **The other scale** adds 1.0 to the error, and changes the features most, by nine tenths of their size.
# - **Drift matters most for the points.** Not one weight has changed. The statistics now are those of other faces, which
#   differ less from each other than those it was trained on. The expression network does not read the points, but the
#   features, and these have changed, too.
#
# So "frozen" needs two lines: `requires_grad_(False)` **and** `eval()`. In `pvlib` the first is always followed by the
# second; a size field, `LandmarkSize.drift`, does what the released code does.
#
# What this costs in *accuracy* is not measured here: trained with such features from the start, a network can get used
# to them.
#
# Now yours; guess first.
# - `drifted(points_net, made_for(other), steps=1)`: how much of the drift is there after one step?
# - `draw_faces(200, seed, size=112, colour=True, nuisances="wild")` as the other faces: more drift, or less?
# - In section 4: `receptive_field(untrained, …)` of a corner cell. Is it larger or smaller than in the middle?
#
# ## Common misconceptions
#
# - *"No gradient means not needed."* Frozen weights and statistics have none, and count.
# - *"A file of 59 million numbers is a network of 59 million."* A quarter of it is read by nobody.
# - *"The receptive field is what a cell looks at."* It is what a cell cannot look beyond; 90 % may lie in a much
#   smaller square.
# - *"requires_grad_(False) freezes a network."* Not its BatchNorm statistics.
# - *"Nearest is wrong, so it must cost accuracy."* It loses pixels; whether that costs answers is a question to be
#   measured.
#
# ## Recap in five lines
#
# 1. Of 59.0 million numbers in the file 15.1 million are dead, 42.8 million got a gradient.
# 2. Image backbone: 64 × 56², 128 × 28², 256 × 14² for 112 pixels; halved once more before the landmarks come in.
# 3. A kernel adds $(k - 1)$ times the product of all strides before it.
# 4. Outside that square nothing matters; inside, the middle matters most.
# 5. Frozen weights in training mode still drift: BatchNorm follows the faces.
#
# ## What the paper claims, what we measured
#
# | | paper | released code | this lesson |
# |---|---|---|---|
# | parameters | 43.7 M | 59.0 M numbers in the file | 43.9 M living ones |
# | cost of a face | 8.4 G "FLOPs" | – | 17.2 GFLOP = 8.6 billion multiply-adds |
# | 224 → 112 | – | every second pixel | mean: accuracy +0.5 ± 2.9 points, steadier answers (drawn faces, 96 → 48) |
# | landmark branch | frozen | weights yes, statistics no; another scale | both change its features |

# %% id="record" jupyter={"source_hidden": true}
record(
    numbers=sum(map(prod, shapes.values())) / 1e6,
    live=live / 1e6,
    dead=kinds["dead"] / 1e6,
    dead_tensors=len(dead),
    largest_dead=prod(dead[0].shape) / 1e6,
    index_tables=index_tables / 1e6,
    same_shapes=float(same_shapes),
    parameters=sum(parameters.values()) / 1e6,
    gflop=gflop,
    **{f"can_see_{branch}_{level}": float(theory[branch, level]) for branch, level in keys},
    **{f"sees_{branch}_{level}": float(effective[branch, level][4]) for branch, level in keys},
    **{f"untrained_{branch}_{level}": float(before_training[branch, level]) for branch, level in keys},
    outside=outside,
    paper_reach_1=float(paper_reach[0]),
    paper_reach_2=float(paper_reach[1]),
    paper_reach_3=float(paper_reach[2]),
    nearest_differs=differ,
    mean_over_nearest=gain,
    mean_over_nearest_half=gain_half,
    nearest_flips=flips["nearest"].mean().item(),
    mean_flips=flips["mean"].mean().item(),
    flips_difference=calmer,
    error_made_for=error["as made for"].mean().item(),
    error_released=error["as released"].mean().item(),
    error_drifted=error["statistics drifted"].mean().item(),
    colour_order=colour_order,
    features_rgb=feature_change["red, green, blue"],
    features_released=feature_change["as released"],
    features_drifted=feature_change["statistics drifted"],
)  # fmt: skip

# %% [markdown]
# ## Ten questions to recall
#
# Answer without looking, then open the answer.
#
# 1. Name three reasons why a tensor of a checkpoint has no gradient. <details><summary>answer</summary>Frozen; a
#    statistic, no parameter; never read by the forward pass.</details>
# 2. How large is the dead part of the released file, and what is the largest piece?
#    <details><summary>answer</summary>15.1 of 59.0 million; the output layer of the image backbone, 12.8.</details>
# 3. How was it shown to be dead? <details><summary>answer</summary>A network without it gives the same
#    numbers.</details>
# 4. Which shapes has the image pyramid for 112 pixels? <details><summary>answer</summary>(64, 56, 56), (128, 28, 28),
#    (256, 14, 14).</details>
# 5. FLOP and multiply-adds: which number does the paper print? <details><summary>answer</summary>Multiply-adds, 8.4
#    billion by its count; in FLOP twice as many.</details>
# 6. Three kernels of 3 with strides 2, 1, 1: how far does a cell see? <details><summary>answer</summary>1 + 2 + 2·2 +
#    2·2 = 11 pixels.</details>
# 7. Why is the measured field a bell? <details><summary>answer</summary>More ways lead through the layers to a pixel
#    in the middle than to one at the border.</details>
# 8. Which share of the pixels does nearest use from 224 to 112? <details><summary>answer</summary>One
#    quarter.</details>
# 9. Why can a frozen branch change? <details><summary>answer</summary>In training mode BatchNorm replaces its running
#    statistics by those of the batches.</details>
# 10. Many answers differ between nearest and mean. Is one of them better? <details><summary>answer</summary>That needs
#     the paired difference in accuracy with its interval, not the number of answers that differ.</details>
#
# **Next:** {link:cross_attention}: the two branches meet.

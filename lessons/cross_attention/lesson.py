# %% [markdown]
# # {number} · {title}
#
# **The question.** POSTER-Var has two backbones, one for the image, one for the landmarks. Its *cross-attention* brings
# them together: landmarks ask, the image answers. Who asks whom, and does the answer of the network depend on it?
#
# **After this lesson you can** write multi-head attention with a relative position bias; say what it costs; show
# what one cell asks for; switch a part of a network off and say what the result means, and what not; build a task that
# needs a mechanism, to test whether it works.
#
# **You need** {link:two_backbones}; `softmax`, matrix products, `nn.Module`. **Time:** about 60 minutes; the cells run
# in about 40 seconds.
# **In the paper:** equations 1 and 2, and "aligned with key facial landmarks" (Lv, Zhang, Tsoi, *Sci Rep* 16, 7323,
# 2026).

# %% id="parameters" tags=["parameters"]
profile = "reduced"  # "full" asks four times as many faces
seed = 0

# %% id="setup" jupyter={"source_hidden": true}
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from drawnfaces.numbered import DrawingOptions, draw_numbered
from lessons.cross_attention import asking, figures, formulas, toy
from lessons.cross_attention.measure import added_by_attention, alignment, changes
from lessons.two_questions import two_questions
from poster_var_course import chosen, guess, record, reveal
from poster_var_course.checks import check, hint
from pvlib.data.drawn import draw_faces
from pvlib.figures.interactive import show, show_still
from pvlib.models.cross_attention import CrossAttentionLevel
from pvlib.models.switches import switched
from pvlib.runs.trained import load_trained

torch.manual_seed(seed)
trained = load_trained()  # POSTER-Var, 1.9 million weights, trained on the photographs of FER+
network = trained.network
levels = (1, 2, 3)

# %% [markdown]
# ## 1 · The swapped landmarks
#
# The network reads a face twice: one branch gives *image features*, the other *landmark features*. An experiment: it
# reads the image of face A together with the landmark features of face B, and the other way round.

# %% id="two-faces" jupyter={"source_hidden": true}
count = {"quick": 100, "reduced": 1000, "full": 4000}[profile]
faces = draw_faces(count, seed=seed)
inputs, truth = trained.network_input(faces.images), faces.mixture.argmax(dim=1)
own_answers, changed = changes(network, inputs, truth)
right_and_clear = (own_answers == truth) & faces.unambiguous
a, b = (
    int(((truth == expression) & right_and_clear).nonzero()[0]) for expression in (1, 4)
)  # happiness, anger
drawing = DrawingOptions(seed=seed, size=192)
pictures = [draw_numbered(drawing, number) for number in (a, b)]
two = inputs[[b, a]]  # the face before A is B, and the face before B is A
answers = {}
for switch, name in {
    "own": "own landmarks", "other_face": "the other's", "random": "random", "zero": "zero", "off": "attention off",
}.items():  # fmt: skip
    with switched(network, attention=switch), torch.no_grad():
        answers[name] = network(two).softmax(dim=1).flip(0).tolist()
show_still(
    *figures.swapped([one.image for one in pictures], {name: answers[name] for name in list(answers)[:2]})
)

# %% id="guess-swapped"
guess(
    "cross_attention.swapped",
    "The same with 1,000 drawn faces: each is read with the landmarks of another. How many first answers change?",
    low=0,
    high=1000,
)

# %% id="reveal-swapped"
swap = changed["other_face", levels]
reveal("cross_attention.swapped", round(1000 * swap.answers / count))
print(f"landmarks of another face: {swap}")

# %% [markdown]
# About one answer in fifty changes. Then why is the part there? Build it first; the question comes
# back in sections 4 to 6.
#
# ## 2 · Landmarks ask, the image answers
#
# Each level has two maps with the same number of cells, $N = 12^2$, $6^2$, $3^2$ here (in the paper $28^2$, $14^2$,
# $7^2$), and the same number of channels. Each cell is a token. For one attention head of width $d$:
#
# $$F = \mathrm{softmax}\Big(\frac{q k^\top}{\sqrt d} + b\Big)\, v .$$
#
# - **Queries** $q$ $(N, d)$: the landmark map itself, without a projection (equation 2).
# - **Keys** $k$ and **values** $v$ $(N, d)$: one linear layer of the normalised image tokens.
# - Row $i$ of $q k^\top$ holds the **scores** of query $i$ with all keys; softmax makes them weights that sum to 1;
#   row $i$ of $F$ is the mean of the values with these weights: what the image answers to cell $i$.
# - $b$ $(N, N)$: a learnt **position bias**, one number for each offset between two cells.
#
# A *window* is the set of cells that can answer; here it is the whole map. The result goes through a linear layer
# and is *added* to the image tokens, times a learnt scale $\gamma$ for each channel.
#
# > **Exercise 1** · 4 minutes · warm-up · *important: every head needs its own channels of every token.* The first
# > `head_dim` channels belong to head 0, the next to head 1. Cut `tokens` (batch, N, heads · head_dim) into (batch,
# > heads, N, head_dim).


# %% id="split-heads"
def split_heads(tokens, head_dim):
    """(batch, N, heads · head_dim) -> (batch, heads, N, head_dim)."""
    ### BEGIN SOLUTION
    return tokens.unflatten(-1, (-1, head_dim)).transpose(1, 2)
    ### END SOLUTION


check("cross_attention.split_heads", split_heads)

# %% id="hint-split-heads"
hint("cross_attention.split_heads")

# %% [markdown]
# > **Exercise 2** · 6 minutes · core · *important: it is equation 1.* For all heads at once. A product of two vectors of
# > $d$ independent numbers of size 1 has the standard deviation $\sqrt d$; divided by it, scores keep their size for any
# > $d$.


# %% id="attend"
def attend(query, key, value, bias):
    """softmax(q kᵀ/√d + b) v; query, key, value (batch, heads, N, d), bias (heads, N, N) -> (batch, heads, N, d)."""
    ### BEGIN SOLUTION
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5 + bias
    return torch.softmax(scores, dim=-1) @ value
    ### END SOLUTION


check("cross_attention.attend", attend)

# %% id="hint-attend"
hint("cross_attention.attend")

# %% [markdown]
# The bias depends only on the offset: query cell minus key cell, in rows and in columns. In a window of $w \times w$
# each of the two lies between $-(w-1)$ and $w-1$, so there are $(2w-1)^2$ offsets, numbered row by row from
# 0. A table holds one number for each; the index says which pair of cells uses which.
#
# > **Exercise 3** · 8 minutes · core · *important: 529 numbers instead of 20,736 at level 1.* Number the cells row
# > by row. Return the index $(w^2, w^2)$: entry $(i, j)$ is the number of the offset, cell $i$ minus cell $j$.


# %% id="relative-index"
def relative_index(window):
    """int64 (window², window²), values 0 … (2 · window − 1)² − 1."""
    ### BEGIN SOLUTION
    cells = torch.cartesian_prod(torch.arange(window), torch.arange(window))  # (window², 2): row, column
    offset = cells[:, None] - cells[None, :] + window - 1  # (window², window², 2), each ≥ 0
    return offset[..., 0] * (2 * window - 1) + offset[..., 1]
    ### END SOLUTION


check("cross_attention.relative_index", relative_index)

# %% id="hint-relative-index"
hint("cross_attention.relative_index")

# %% [markdown]
# **Assembled.** The class below uses your functions, and gets the trained weights of each level. Does it answer as the
# library's does?

# %% id="assemble"
split = chosen("cross_attention.split_heads", split_heads, formulas.split_heads)
attention = chosen("cross_attention.attend", attend, formulas.attend)
index_of = chosen("cross_attention.relative_index", relative_index, formulas.relative_index)


class CrossAttention(nn.Module):
    """Equations 1 and 2: image tokens and landmark tokens (batch, N, channels) -> (batch, N, channels)."""

    def __init__(self, channels, head_dim, window):
        super().__init__()
        self.head_dim = head_dim
        self.key_value = nn.Linear(channels, 2 * channels)
        self.project = nn.Linear(channels, channels)
        self.position_bias = nn.Parameter(0.02 * torch.randn((2 * window - 1) ** 2, channels // head_dim))
        self.register_buffer("position_index", index_of(window).long(), persistent=False)

    def forward(self, image_tokens, landmark_tokens):
        key, value = (split(half, self.head_dim) for half in self.key_value(image_tokens).chunk(2, dim=-1))
        query = split(landmark_tokens, self.head_dim)
        bias = F.embedding(self.position_index, self.position_bias).permute(2, 0, 1)  # (heads, N, N)
        answer = attention(query, key, value, bias)  # (batch, heads, N, head_dim)
        return self.project(answer.transpose(1, 2).flatten(2))


largest = 0.0
for level, channels, window in zip(levels, network.size.channels, network.size.windows, strict=True):
    library = network.levels[level - 1].attention
    yours = CrossAttention(channels, network.size.head_dim, window)
    yours.load_state_dict(library.state_dict())
    image_tokens, landmark_tokens = torch.randn(2, 4, window**2, channels)
    with torch.no_grad():
        difference = yours(image_tokens, landmark_tokens) - library(image_tokens, landmark_tokens)
    largest = max(largest, difference.abs().max().item())
print(f"largest difference from the library, all three levels: {largest:.0e}")

# %% [markdown]
# ## 3 · See it: what a cell asks for
#
# The blue frame is the cell that asks; orange cells answer, and the darker a cell, the larger its weight (mean over the
# heads; full colour is five times the weight that a plain mean would give). The slider moves the frame over the face, the
# menus choose the level and what asks. The two bars say how much the scores vary over the cells: by content,
# $q k^\top/\sqrt d$, and by position, $b$. At the bottom: what the network says of this face with each kind of query.
# The network was trained on the photographs of FER+; the face is drawn.

# %% id="asking" jupyter={"source_hidden": true}
kinds = ("own", "other_face", "random", "zero")
points = asking.points_of(torch.as_tensor(pictures[0].landmarks) / drawing.size)
asked = {
    (level, kind): asking.ask(network, two, list(points.values()), level, kind)
    for level in levels
    for kind in kinds
}
show(
    *asking.who_asks_whom(pictures[0].image, points, asked, {name: both[0] for name, both in answers.items()})
)

# %% id="weights" jupyter={"source_hidden": true}
fractions = (faces.landmarks[:200] + 0.5) / 48
aligned = {level: alignment(network, inputs[:200], fractions, level) for level in levels}
scale = {level: network.levels[level - 1].scale_attention.abs().mean().item() for level in levels}
added = added_by_attention(network, inputs[:200])
print(f"{'200 drawn faces':49s}   level 1   level 2   level 3")
for text, values in {
    "weight of cells with a landmark": [f"{one.landmark_cells:.2f}" for one in aligned.values()],
    "a landmark's cell to itself": [f"{one.own_cell:.2f}" for one in aligned.values()],
    "the mouth's left corner to the mouth": [f"{one.mouth:.2f}" for one in aligned.values()],
    "weight that moves if another face's landmarks ask": [f"{one.moved:.0%}" for one in aligned.values()],
    "position's share of the scores' variance": [f"{one.bias_share:.1%}" for one in aligned.values()],
    "mean |γ|": [f"{value:.3f}" for value in scale.values()],
    "size of what is added, over the tokens' size": [f"{value:.0%}" for value in added],
}.items():
    print(f"{text:49s}" + "".join(f"{value:>10s}" for value in values))
print("(weights: 1 is what each cell would get from a plain mean)")

# %% [markdown]
# - **The weights do not gather at the landmarks.** Cells with a landmark get 0.8 of a mean's weight at level 1 and 1.15
#   at level 2 (at level 3 nearly every cell has one); the corner of the mouth gives the mouth 0.8 to 1.0. Nothing in
#   equation 1 says that a cell asks for its own place: a score compares landmark features with image features.
# - **Position hardly counts**: the bias has less than 1 % of the scores' variance.
# - **The map depends on who asks**: if another face's landmarks ask, 34 to 45 % of the weight goes to other cells.
# - **And most answers stay** (section 1). What is added has 12, 8 and 6 % of the size of the tokens that it is added to.
#
# ## 4 · Switch it off
#
# Four substitutes for the landmarks' queries, at one level and at all three: those of another **face**, **random**
# numbers of the same size, **zero** (then only the position bias is left), and nothing added at all (**off**).

# %% id="switches" jupyter={"source_hidden": true}
print(f"{count} drawn faces; own accuracy {(own_answers == truth).double().mean():.1%}")
for (switch, where), change in changed.items():
    place = "all levels" if where == levels else f"level {where[0]}"
    print(f"{switch:10s} {place:10s} {change}")
off = changed["off", levels]

# %% [markdown]
# With all levels switched, a thousand faces leave ± 0.6 to ± 1.0 points: too wide to decide. **Five seeds, 5,000 drawn
# faces**, the same network, all levels at once (95 % t-intervals over the seeds; `python -m lessons.over_seeds
# cross_attention 0,1,2,3,4`):
#
# | who asks | answers that change, of 1,000 | accuracy, points |
# |---|---|---|
# | another face's landmarks | 22 ± 6 | −0.46 ± 0.34 |
# | random | 23 ± 6 | −0.76 ± 0.40 |
# | zero | 23 ± 7 | −0.66 ± 0.31 |
# | nobody (off) | 36 ± 9 | −0.94 ± 0.45 |
#
# So on drawn faces these weights use the part a little. But drawn faces are foreign to this network: it is right on
# about half. On the **3,199 validation photographs of FER+** (84.4 % right; `pvlib evaluate … --switch attention=off`,
# intervals over faces) another face's landmarks change 37 answers, −0.2 points [−0.5, +0.2]; random queries 29, 0.0
# [−0.3, +0.3]; zero 26, +0.1 [−0.2, +0.4]; attention off 34, +0.1 [−0.2, +0.5]. None is distinguishable from 0 in
# accuracy; the log-likelihood shows that attention is used at all: without it 0.003 nats worse [0.001, 0.005].
#
# Is the mechanism weak? Or hardly needed for this task? A task that *does* need it can tell.
#
# ## 5 · A task that needs the landmark
#
# A toy face has $6 \times 6$ cells, each bright or dark at random, and one landmark. **The label: is the cell under the
# landmark bright?** The image branch gives for each cell its brightness and a code of 31 numbers that says which
# cell it is. The landmark branch gives, in every cell, the code of the landmark's cell. Neither knows the label. One
# level (your attention, the shortcut, a feed-forward layer) and a linear readout of the mean token train on it for
# 200 steps.
#
# Three ways to bring the branches together: attention; the **sum** of both maps; the **image alone**. Who sees the
# image alone can count the bright cells, and is right with 56.6 % at best.

# %% id="guess-toy"
guess(
    "cross_attention.toy",
    "How many of 1,000 new toy faces does the network with attention get right?",
    low=0,
    high=1000,
)

# %% id="toy"
learnt = {fusion: toy.learn(CrossAttention, seed, fusion, steps=200) for fusion in toy.FUSIONS}
reveal("cross_attention.toy", round(1000 * learnt["attention"].accuracy))
print(f"the best without the landmark: {toy.ceiling_without_landmark():.1%}")
for fusion, one in learnt.items():
    print(f"{fusion:12s} accuracy {one.accuracy:.1%}, with another face's landmark {one.swapped:.1%}")

# %% id="toy-weights" jupyter={"source_hidden": true}
toy_network, shown = learnt["attention"].network, learnt["attention"].faces
part = toy_network.level.attention
with torch.no_grad():
    tokens = toy_network.level.norm(shown.image.flatten(2).transpose(1, 2))
    key = split(part.key_value(tokens).chunk(2, dim=-1)[0], part.head_dim)
    query = split(shown.landmark.flatten(2).transpose(1, 2), part.head_dim)
    bias = F.embedding(part.position_index, part.position_bias).permute(2, 0, 1)
    one_each = torch.eye(toy.CELLS).expand(
        *key.shape[:2], -1, -1
    )  # values that say which cell they come from
    weights = toy.CELLS * attention(query, key, one_each, bias).mean(
        dim=(1, 2)
    )  # (faces, cells); 1 is a mean's
there = weights.gather(1, shown.where[:, None]).mean().item()
show_still(*figures.toy_faces(shown.bright[:5], shown.where[:5], shown.label[:5], weights[:5]))

# %% [markdown]
# With attention it is nearly always right; the image alone and the sum stay near or below 56.6 % (after 200 steps; more
# may find a way). The weights lie where the landmark is, though nobody told the network to look there. And **the
# same swap as in section 1 now takes everything**: with another face's landmark it guesses.
#
# So the mechanism works, and the switch shows it where it is used. In the trained network of section 4 nearly all
# answers come out of the image branch alone.
#
# ## 6 · Used, or needed?
#
# A switch asks: **do these weights use it?** Another question: **does a network need it?** For that, networks must be
# *trained* without it, since they may learn another way. This was done beforehand
# (`docs/results/inside-the-network.md`): queries from another face's landmarks, queries of fixed noise, no attention
# at all. Beside each stands the whole network of the same training with the same part switched off. Accuracy, changed
# minus whole, on the same validation faces:

# %% id="trained-without" jupyter={"source_hidden": true}
print(two_questions("other-face-asks", "noise-asks", "no-attention"))

# %% [markdown]
# Two intervals: would other seeds agree, and would other faces? "Distinguishable" needs both. *Switched off* and
# distinguishable: the trained weights use the part. *Trained without* and not distinguishable: such a network may be
# as good as the whole, or worse or better by as much as the interval holds, here up to some points; so "not needed" is
# not shown either. These trainings are short (3,000 drawn faces twice; 10,000 photographs twice, after which a network
# is right on 56 %; who always says "neutral" is on 37 %). Nothing here tells what a longer training, or the
# paper's larger network with pretrained backbones, would show.
#
# ## 7 · What it costs
#
# > **Exercise 4** · 6 minutes · stretch · *important: it says why the window of a large map must be small.* Count
# > the multiply-adds of one level's cross-attention with $w^2$ cells and $C$ channels: keys and values ($C \to 2C$),
# > scores, weighted mean, and the last linear layer ($C \to C$). An $(m, n)$ matrix times an $(n, p)$ matrix takes
# > $m\,n\,p$. Softmax and bias are left out.


# %% id="cost"
def cost(window, channels):
    """Multiply-adds of one level for one face; the number of heads does not matter."""
    ### BEGIN SOLUTION
    cells = window**2
    return 3 * cells * channels**2 + 2 * cells**2 * channels
    ### END SOLUTION


check("cross_attention.cost", cost)

# %% id="hint-cost"
hint("cross_attention.cost")

# %% id="guess-cost"
guess(
    "cross_attention.cost",
    "Level 1 of the paper: 28 × 28 cells, 64 channels. A picture of twice the width and height has 56 × 56. "
    "How many times the multiply-adds?",
    low=1,
    high=32,
)

# %% id="count"
cost_of = chosen("cross_attention.cost", cost, formulas.cost)
with FlopCounterMode(display=False) as counter:
    CrossAttention(64, 32, 28)(torch.randn(1, 784, 64), torch.randn(1, 784, 64))
counted = counter.get_total_flops() / 2  # two operations for each multiply-add
growth = cost_of(56, 64) / cost_of(28, 64)
reveal("cross_attention.cost", round(growth, 1))
print(f"level 1 of the paper: formula {cost_of(28, 64):,}, PyTorch counts {counted:,.0f}")
print(f"of these the two products of cells with cells: {2 * 784**2 * 64 / cost_of(28, 64):.0%}")

# %% [markdown]
# Four times the cells, 14.7 times the work: the two products of cells with cells grow sixteenfold. So attention over the
# whole map is affordable on small maps only.
#
# ## 8 · Try to break it
#
# **A branch behind a tiny scale.** In the released code γ starts at $10^{-5}$. How much of the landmarks arrives at
# the start, and can a branch learn behind such a scale?

# %% id="break-scale" jupyter={"source_hidden": true}
step_0 = []
for channels, window in ((64, 28), (128, 14), (256, 7)):  # the paper's levels, untrained
    block = CrossAttentionLevel(channels, 32, window, drop_path=0.0, layer_scale=1e-5).eval()
    image, mine, others = torch.randn(3, 1, channels, window, window)
    with torch.no_grad():
        before, after = block(image, mine), block(image, others)
    step_0.append(((after - before).norm() / before.norm()).item())
print("other landmarks change the three levels at step 0 by", ", ".join(f"{change:.0e}" for change in step_0))
tiny_scale = toy.learn(CrossAttention, seed, steps=200, layer_scale=1e-5)
grown = tiny_scale.network.level.scale_attention.abs().mean().item()
print(f"toy, γ = 1e-5 at the start: accuracy {tiny_scale.accuracy:.1%}; mean |γ| at the end {grown:.2f}")

# %% [markdown]
# At first next to nothing arrives, and the gradient that reaches keys, values and landmarks is as small as γ. But γ
# itself gets a gradient that does not depend on γ, and AdamW divides each gradient by its own size: a step is about
# one learning rate long. Here the rate is 0.003, so γ is large after some dozens of steps. With the paper's rates
# ($9\cdot10^{-6}$ to $3\cdot10^{-5}$) it moves by as little as that in each step.
#
# **Sizes that do not fit.** Two parts keep scores in order: the LayerNorm of the image tokens, and, in most networks
# but not in this one, a linear layer that makes the queries.


# %% id="break-sizes" jupyter={"source_hidden": true}
class Projected(nn.Module):
    """Cross-attention whose queries go through a linear layer, as in most networks."""

    def __init__(self, channels, head_dim, window):
        super().__init__()
        self.asking, self.query = CrossAttention(channels, head_dim, window), nn.Linear(channels, channels)

    def forward(self, image_tokens, landmark_tokens):
        return self.asking(image_tokens, self.query(landmark_tokens))


broken = {
    "image × 10": toy.learn(CrossAttention, seed, steps=200, image_scale=10.0),
    "image × 10, no LayerNorm": toy.learn(CrossAttention, seed, steps=200, image_scale=10.0, norm=False),
    "landmarks × 0.1": toy.learn(CrossAttention, seed, steps=200, landmark_scale=0.1),
    "landmarks × 0.1, queries projected": toy.learn(Projected, seed, steps=200, landmark_scale=0.1),
}
for name, one in broken.items():
    print(f"{name:36s} accuracy {one.accuracy:.1%}")

# %% [markdown]
# Without LayerNorm, large image tokens make large scores: softmax then gives nearly all weight to one cell, and its
# gradient is nearly 0. With it the size of the image does not matter. Queries that are too small make all weights
# alike; a projection can enlarge them. (All of it after 200 steps, with one seed.)
#
# Now yours; guess first.
# - `toy.learn(CrossAttention, seed, steps=200, landmark_scale=10.0)`: too large instead of too small?
# - `toy.learn(CrossAttention, seed, "sum", steps=2000)`: does the sum find a way?
# - In section 3 choose "zero": what does the map show now, and why is it nearly flat?
#
# ## Common misconceptions
#
# - *"Attention looks where the landmarks are."* Scores compare features. In the toy it does so because the label
#   asks for it.
# - *"The map changes, so the answer uses it."* 34 to 45 % of the weight moves, and few answers do.
# - *"Switched off with little loss, so useless."* It is little used by these weights, on these faces.
# - *"γ starts at $10^{-5}$, so the branch is dead."* The toy learns behind the same scale.
# - *"More heads cost more."* They share the channels: the multiply-adds are the same.
#
# ## Recap in five lines
#
# 1. $F = \mathrm{softmax}(qk^\top/\sqrt d + b)\,v$: queries from landmarks without projection, keys and values from
#    the image.
# 2. One window is the whole map; $b$ has one number for each of $(2w-1)^2$ offsets.
# 3. In the shipped network another face's landmarks move 34 to 45 % of the weight, change 2 % of the answers and cost
#    0.5 ± 0.3 points on drawn faces; on photographs no difference in accuracy can be distinguished.
# 4. On a task that needs the landmark the same level is nearly always right, and the swap makes it guess.
# 5. "Do these weights use it?" and "does a network need it?" are two questions with two experiments.
#
# ## What the paper claims, what we measured
#
# | | paper | released code | this lesson |
# |---|---|---|---|
# | queries | landmarks (equation 2) | landmark map, no projection | the same |
# | weights | "aligned with key facial landmarks" | – | cells with a landmark: 0.8, 1.15, 1.0 of a mean's weight |
# | γ | – | starts at $10^{-5}$ | landmarks change a level by less than $10^{-6}$ at first |
# | another face's landmarks | – | – | −0.5 ± 0.3 points (drawn), −0.2 [−0.5, +0.2] (FER+) |
#
# The networks here are small and trained from nothing; the paper's has pretrained backbones and is twenty times larger.

# %% id="record" jupyter={"source_hidden": true}
record(
    library_difference=largest,
    own_accuracy=(own_answers == truth).double().mean().item(),
    swapped_answers=swap.answers / count,
    swapped_points=swap.points,
    swapped_half_width=swap.half_width,
    off_answers=off.answers / count,
    off_points=off.points,
    off_half_width=off.half_width,
    **{f"{switch}_{'all' if where == levels else where[0]}_answers": change.answers / count
       for (switch, where), change in changed.items()},
    **{f"{switch}_{'all' if where == levels else where[0]}_points": change.points
       for (switch, where), change in changed.items()},
    most_answers=max(change.answers for change in changed.values()) / count,
    bias_share=max(one.bias_share for one in aligned.values()),
    weight_moved_least=min(one.moved for one in aligned.values()),
    weight_moved_most=max(one.moved for one in aligned.values()),
    landmark_cells_1=aligned[1].landmark_cells,
    landmark_cells_2=aligned[2].landmark_cells,
    landmark_cells_3=aligned[3].landmark_cells,
    mouth_to_mouth_3=aligned[3].mouth,
    mouth_to_mouth_1=aligned[1].mouth,
    mouth_to_mouth_2=aligned[2].mouth,
    own_cell_1=aligned[1].own_cell,
    **{f"scale_{level}": scale[level] for level in levels},
    **{f"added_{level}": value for level, value in zip(levels, added, strict=True)},
    toy_attention=learnt["attention"].accuracy,
    toy_swapped=learnt["attention"].swapped,
    toy_sum=learnt["sum"].accuracy,
    toy_image=learnt["image alone"].accuracy,
    toy_ceiling=toy.ceiling_without_landmark(),
    toy_weight_there=there,
    growth=growth,
    counted_minus_formula=counted - cost_of(28, 64),
    cells_with_cells=2 * 784**2 * 64 / cost_of(28, 64),
    change_at_step_0=max(step_0),
    toy_tiny_scale=tiny_scale.accuracy,
    scale_grown=grown,
    toy_large_image=broken["image × 10"].accuracy,
    toy_no_norm=broken["image × 10, no LayerNorm"].accuracy,
    toy_small_landmarks=broken["landmarks × 0.1"].accuracy,
    toy_projected=broken["landmarks × 0.1, queries projected"].accuracy,
)  # fmt: skip

# %% [markdown]
# ## Ten questions to recall
#
# Answer without looking, then open the answer.
#
# 1. What makes the queries, what the keys and values? <details><summary>answer</summary>The landmark map itself; one
#    linear layer of the normalised image tokens.</details>
# 2. Over what does the softmax sum to 1? <details><summary>answer</summary>Over the keys, for each query: each
#    row.</details>
# 3. Why $\sqrt d$? <details><summary>answer</summary>A product of two vectors of $d$ independent numbers of size 1
#    has the standard deviation $\sqrt d$; divided by it, scores keep their size for any $d$.</details>
# 4. How many numbers has the bias of one head in a window of 7 × 7?
#    <details><summary>answer</summary>$13^2 = 169$.</details>
# 5. Which two products grow with the square of the cells? <details><summary>answer</summary>Queries with keys,
#    weights with values.</details>
# 6. Another face's landmarks ask: what is changed, and what stays? <details><summary>answer</summary>The queries are
#    those of another face; image, keys, values, bias and all weights stay.</details>
# 7. The map moves and the answer stays. How can that be? <details><summary>answer</summary>What attention adds is
#    small beside the tokens that it is added to: 12 % of their size and less.</details>
# 8. Why was the toy needed? <details><summary>answer</summary>A switch with little effect has two explanations: a
#    mechanism that does not work, or one that is hardly needed. The toy needs it, and there it works.</details>
# 9. Why is 56.6 % no success on the toy? <details><summary>answer</summary>So much is reached by counting bright
#    cells, without the landmark.</details>
# 10. Which experiment answers "does a network need landmarks?"? <details><summary>answer</summary>Training networks
#     without them, with several seeds, and comparing on the same faces.</details>
#
# **Next:** {link:layer_embedding}: three levels become one list of tokens.

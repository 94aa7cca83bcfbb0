# %% [markdown]
# # {number} · {title}
#
# **The question.** POSTER-Var adds a learnt row of numbers to the tokens of each of its three levels, so that they are
# marked. Can the rest of the network notice it?
#
# **After this lesson you can**
# - write the layer embedding, and say what it costs;
# - test whether a function reads its tokens as a set;
# - fold one learnt mark into another one, and say what stands in the way;
# - tell "these weights do not use it" from "a network does not need it".
#
# **You need** {link:start_here}: switches, paired differences; {link:cross_attention}: what attention computes. Time: about
# 50 minutes with the exercises; the cells run in about 20 seconds on a laptop's CPU.
#
# **In the paper.** Equation 3 of POSTER-Var (Lv, Zhang, Tsoi, *Sci Rep* 16, 7323, 2026), and the row "without layer
# embedding" of its ablation table.

# %% id="parameters" tags=["parameters"]
profile = "reduced"  # "full" asks about six times as many faces
seed = 0

# %% id="setup"
import itertools

import torch
from torch import nn

from lessons.layer_embedding import marks, toy
from lessons.layer_embedding.board import board, orders
from lessons.layer_embedding.tokens import (
    answers_changed,
    levels_of,
    logits_of,
    points,
    share_in_level_means,
    told,
    told_apart,
    without_places,
)
from lessons.two_questions import two_questions
from poster_var_course import chosen, guess, record, reveal
from poster_var_course.checks import check, hint
from pvlib.data.drawn import draw_faces
from pvlib.figures.interactive import show
from pvlib.models import layer_embedding
from pvlib.runs.trained import load_trained

torch.set_num_threads(1)  # these tensors are so small that a second thread only costs time
share = {"quick": 0.1, "reduced": 1, "full": 6}[profile]

# %% [markdown]
# ## 1 · Shuffle
#
# The network looks at a face on three levels, from fine to coarse. Behind the cross-attention a convolution makes of each
# level a map of 3×3 cells with 128 numbers each (at paper size 7×7 cells, 768 numbers). Each cell is a **token**: 27 in
# all, level 1 first. The *token encoder*, a small transformer, puts a token called CLS before them, adds a learnt
# **position** $p_j$ to each, and lets all tokens attend to each other, twice. What then stands in CLS goes to the gate and
# the head.
#
# The network that comes with the course, trained on photographs, and 500 drawn faces, of which it reads about half right.
# Each ± is half of a 95 % interval of a paired difference:

# %% id="faces"
trained = load_trained()
network = trained.network
faces = draw_faces(int(500 * share), seed=seed)
truth = faces.mixture.argmax(dim=1)
levels = levels_of(trained, faces.images)  # three times (faces, 9, 128): the tokens, not marked yet
with torch.no_grad():
    rows = network.layer_embedding.rows.clone()  # (3, 1, 128)
    positions = network.encoder.position.clone()  # (1, 28, 128), the first for CLS
print([tuple(level.shape) for level in levels], tuple(rows.shape), tuple(positions.shape))

# %% [markdown]
# Now the 27 tokens of every face are put into one random order: the corner of the mouth at level 1 may stand where a
# cheek at level 3 stood in training.

# %% id="guess-shuffled"
guess("layer_embedding.shuffled", "Of 500 answers, how many change?", low=0, high=500)

# %% id="shuffle"
with torch.no_grad():
    tokens = network.fusion_norm(
        torch.cat([level + row for level, row in zip(levels, rows, strict=True)], dim=1)
    )
whole = logits_of(network, tokens)  # as the network answers
order = torch.randperm(27, generator=torch.Generator().manual_seed(seed))
shuffled = logits_of(network, tokens[:, order])
reveal("layer_embedding.shuffled", round(answers_changed(whole, shuffled) / share))
print(told("all tokens shuffled", whole, shuffled, truth))

# %% [markdown]
# Few answers change. On 3,199 validation photographs of FER+ three random orders changed 133, 101 and 92 answers (3 to
# 4 %), and the accuracy by −0.5 ± 0.6, +0.2 ± 0.6 and 0.0 ± 0.5 points: not distinguishable from 0, though a loss of one
# point is possible. So this network hardly uses *where* a token stands. Does it use the mark that the paper adds?
#
# ## 2 · A row for each level
#
# Equation 3: $Z = \mathrm{LN}\big(\mathrm{concat}_i[E_i(F_i) + e_i]\big)$. $F_i$ is the map of level $i$, $E_i$ the
# convolution with its GELU that makes the tokens, $e_i$ the **layer embedding**: one learnt row for each level, the same
# for all its tokens. LN is a LayerNorm, the *fusion norm*: it brings the 128 numbers of each token to mean 0 and
# variance 1, then scales and shifts them.
#
# > **Exercise 1** · 4 minutes · warm-up · *important: it is one of the paper's contributions, in two lines.*
# > `rows` is a parameter of shape (levels, 1, channels), zero at first, as released. `forward` takes a list, one tensor
# > (faces, tokens, channels) for each level, and returns a list of the same shapes: row $i$ is added to all tokens of
# > level $i$.


# %% id="layer-embedding"
class LayerEmbedding(nn.Module):
    """Add the row of its level to every token (equation 3)."""

    def __init__(self, levels, channels):
        super().__init__()
        ### BEGIN SOLUTION
        self.rows = nn.Parameter(torch.zeros(levels, 1, channels))
        ### END SOLUTION

    def forward(self, tokens_of_levels):
        ### BEGIN SOLUTION
        return [tokens + row for tokens, row in zip(tokens_of_levels, self.rows, strict=True)]
        ### END SOLUTION


check("layer_embedding.layer_embedding", LayerEmbedding)

# %% id="hint-layer-embedding"
hint("layer_embedding.layer_embedding")

# %% [markdown]
# ## 3 · Without marks, tokens are a set
#
# Attention is a weighted mean of the tokens, and the MLP acts on each token alone. Neither knows an order: **without
# marks, what CLS gets is a function of the *set* of tokens.**
#
# > **Exercise 2** · 6 minutes · core · *important: it tests a claim about any network.* `function` takes tokens
# > (faces, N, channels) and returns a tensor. Return `True` if it gives the same, up to 1e-4, in whatever order the
# > tokens stand (the same order for all faces will do), else `False`.


# %% id="invariant"
def invariant(function, tokens):
    """Whether the function reads its tokens as a set: True or False."""
    ### BEGIN SOLUTION
    before = function(tokens)
    for number in range(20):
        order = torch.randperm(tokens.shape[1], generator=torch.Generator().manual_seed(number))
        if not torch.allclose(function(tokens[:, order]), before, atol=1e-4):
            return False
    return True
    ### END SOLUTION


check("layer_embedding.invariant", invariant)

# %% id="hint-invariant"
hint("layer_embedding.invariant")

# %% id="sets"
is_a_set = chosen("layer_embedding.invariant", invariant, marks.invariant)
no_places = without_places(network)  # all p_j are zero but that of CLS
few = tokens[:50]
set_with = is_a_set(lambda given: logits_of(network, given), few)
set_without = is_a_set(lambda given: logits_of(network, given, no_places), few)
print(f"the trained network reads a set: {set_with}; without its positions: {set_without}")
unplaced = logits_of(network, tokens, no_places)
rest = (logits_of(network, tokens[:, order], no_places) - unplaced).abs().max().item()
print(f"without positions, the shuffle changes a logit by at most {rest:.0e}: rounding")
print(told("positions at zero", whole, unplaced, truth))

# %% [markdown]
# With positions the logits do depend on the order: a little. Without them not at all, and still few answers change. One
# other order would not show that: some functions give the same when the tokens stand backwards, and are no set functions.
#
# **Is a mark ever needed?** A task that asks for it: three levels, one token each, which carries one of four letters, with
# noise. The answer is the letter of *level 2*. Who sees only the set names the most frequent letter. All three are equal
# in 1/16 of cases (always right), two in 9/16 (right in 2/3), none in 6/16 (1/3): right in 9/16 = 56 % of all, and no set
# function is better, except by luck in 2,000 test cases (± 2 points). Four small networks learn it, yours inside:

# %% id="toy"
Marker = chosen("layer_embedding.layer_embedding", LayerEmbedding, layer_embedding.LayerEmbedding)
learned = {
    "neither": toy.accuracy(None, False, seed),
    "rows": toy.accuracy(Marker, False, seed),
    "positions": toy.accuracy(None, True, seed),
    "rows and positions": toy.accuracy(Marker, True, seed),
}
for name, value in learned.items():
    print(f"{name:20s} {value:6.1%}")

# %% [markdown]
# **One mark is needed, and either one is enough.** The rows work. But the positions, which the released network of
# POSTER++ had before, already mark the levels: tokens of level 1 always stand on the places 1 to 9.
#
# ## 4 · The same thing twice?
#
# Suppose that there were no fusion norm. Then the encoder gets $t + e_i + p_j$ for token $t$ on place $j$ of level $i$.
#
# > **Exercise 3** · 6 minutes · stretch · *important: two learnt terms that are only ever added are one.* Return positions
# > $p'_j$ with which the network answers the same **without** the rows. `rows` (levels, 1, channels), `positions`
# > (1, 1 + levels · tokens_per_level, channels), the first for CLS.


# %% id="absorb"
def absorb(rows, positions, tokens_per_level):
    """Positions (same shape) that do the work of the rows, too."""
    ### BEGIN SOLUTION
    cls = torch.zeros_like(positions[:, :1])
    of_tokens = rows.repeat_interleave(tokens_per_level, dim=0).transpose(0, 1)  # (1, tokens, channels)
    return positions + torch.cat([cls, of_tokens], dim=1)
    ### END SOLUTION


check("layer_embedding.absorb", absorb)

# %% id="hint-absorb"
hint("layer_embedding.absorb")

# %% [markdown]
# In the same way a convolution without an activation behind it could take $e_i$ into its bias, $(b_i + e_i)$. POSTER++ has
# neither GELU nor norm there: a layer embedding would add nothing that it cannot say already. POSTER-Var adds all three.
# With GELU and norm, $\mathrm{LN}(\mathrm{GELU}(\cdot) + e_i) + p_j$ cannot be folded exactly. How far is it from that?

# %% id="absorbed"
fold = chosen("layer_embedding.absorb", absorb, marks.absorb)
marker = Marker(3, 128)
with torch.no_grad():
    marker.rows.copy_(rows)
    marked, plain = torch.cat(marker(levels), dim=1), torch.cat(levels, dim=1)  # (faces, 27, 128)
    normed, normed_plain = network.fusion_norm(marked), network.fusion_norm(plain)
folded = fold(rows, positions, 9)
without_norm = logits_of(network, marked)
exact = (logits_of(network, plain, folded) - without_norm).abs().max().item()
dropped_without_norm = (logits_of(network, plain) - without_norm).abs().max().item()
print(
    f"no norm:   rows dropped {dropped_without_norm:.2g}, rows folded {exact:.1g} (largest change of a logit)"
)

change = normed - normed_plain  # what the rows do to the tokens, behind the norm: (faces, 27, 128)
moved = positions.clone()
moved[:, 1:] += change.mean(dim=0)  # one shift for each place: the mean over the faces


def distance(logits):
    """Root mean square of the change of the logits."""
    return (logits - whole).square().mean().sqrt().item()


no_rows = logits_of(network, normed_plain)
drop, best_fold = distance(no_rows), distance(logits_of(network, normed_plain, moved))
print(f"with norm: rows dropped {drop:.2g}, mean change folded {best_fold:.2g} (root mean square)")
in_means = share_in_level_means(change)
print(
    f"of what the rows change behind the norm, {in_means:.0%} (in squares) is the same for all tokens of a level"
)
lengths = rows.norm(dim=2).mean().item(), plain.norm(dim=2).mean().item()
print(f"length of a row {lengths[0]:.2f}, of a token {lengths[1]:.1f}")

# %% [markdown]
# **Without the norm: exactly the same thing**, up to rounding. **With it: nearly.** The rows are short beside the tokens,
# 0.3 against 13, so LN acts on them nearly as a linear map does. Positions shifted by the mean change leave about a tenth
# of the effect of the rows on the logits. "Cannot be folded" is true in algebra; in these weights it is a small rest.
#
# ## 5 · See it: the token board
#
# 27 tiles, named by level and cell. The slider puts them into another order; the menu switches positions, rows and norm
# on and off. Upper bar: answers that change *through the order*, all else equal. Lower bar: answers that differ from
# those of the whole network. Find the settings in which the order does nothing at all.

# %% id="board" jupyter={"source_hidden": true}
shown = 200
placed = orders(order.tolist())
effects = {}
for on in itertools.product((True, False), repeat=3):
    with_places, with_rows, with_norm = on
    given = (normed if with_norm else marked) if with_rows else (normed_plain if with_norm else plain)
    p = positions if with_places else no_places
    own = logits_of(network, given[:shown], p)
    parts = [name for name, is_on in zip(("positions", "rows", "norm"), on, strict=True) if is_on]
    effects[" + ".join(parts) or "none of the three"] = row = {}
    for name, where in placed.items():
        logits = own if name == "as trained" else logits_of(network, given[:shown, where], p)
        row[name] = (
            answers_changed(own, logits),
            (logits - own).abs().max().item(),
            answers_changed(whole[:shown], logits),
        )
show(*board(placed, effects, shown))

# %% [markdown]
# ## 6 · Does this network use its rows?

# %% id="guess-rows"
guess(
    "layer_embedding.rows",
    "All three rows are set to zero. Of 500 answers, how many change?",
    low=0,
    high=500,
)

# %% id="rows"
reveal("layer_embedding.rows", round(answers_changed(whole, no_rows) / share))
print(told("rows at zero", whole, no_rows, truth))
wrong_rows = [level + row for level, row in zip(levels, rows.roll(-1, dims=0), strict=True)]
with torch.no_grad():
    next_level = network.fusion_norm(torch.cat(wrong_rows, dim=1))
print(told("each level gets the next one's row", whole, logits_of(network, next_level), truth))
apart = told_apart(levels)
print(
    f"level of a token told from its 128 numbers alone, by the nearest mean: {apart:.0%} right (chance 33 %)"
)

# %% [markdown]
# On the 3,199 validation photographs of FER+, rows at zero change 9 answers; the accuracy by −0.16 ± 0.16 points (6 right
# answers lost, 1 won). The *wrong* row, each level with that of the next one, changes 13, and the accuracy by −0.31 points
# [−0.53, −0.13]. Is a wrong mark worse than none? Compared directly, by −0.16 ± 0.18: not distinguishable. The last line
# shows one reason why so little can change: **the tokens are marked a third time**. Each level has a convolution of its
# own, and a token's numbers tell which one made it.
#
# Two questions that must not be mixed up:
# - *Switched off*: do **these weights** use the part? They were trained with it.
# - *Trained without*: does **a network** need the part? Without it, it may learn another way.
#
# The course asked both; of the network of this lesson ("shipped") only the first. The networks that were trained for this
# table have seen little: 74 % right on drawn faces, and on FER+ 56 %, where "neutral" alone gives 37 %
# (`docs/results/inside-the-network.md`).

# %% id="two-questions"
print(two_questions("no-layer-embedding", "no-positions", "neither-rows-nor-positions"))

# %% [markdown]
# "Not distinguishable" means that one of the two intervals contains 0: other seeds, or other faces, could change the
# sign. It does not mean that nothing is lost: the intervals say how much could be. In another measure a loss shows: on
# FER+ a network without positions has a negative log-likelihood that is larger by 0.027 nats, [0.013, 0.042] over seeds
# and [0.018, 0.037] over faces; one without rows has not. An older and larger experiment, five
# seeds with and five without the layer embedding for each of six heads and losses, gave −0.21 points *without*, 95 %
# interval −0.46 to +0.03 (drawn faces, `docs/results/heads-on-drawn-faces.md`).
#
# ## 7 · Try to break it
#
# How long must the rows be before they can no longer be folded? All three times $k$:

# %% id="break-it"
longer = {}
for k in (1, 3, 10, 30, 100):
    with torch.no_grad():
        normed_k = network.fusion_norm(
            torch.cat([t + k * row for t, row in zip(levels, rows, strict=True)], dim=1)
        )
    logits = logits_of(network, normed_k)
    moved_k = positions.clone()
    moved_k[:, 1:] += (normed_k - normed_plain).mean(dim=0)
    folded_k = logits_of(network, normed_plain, moved_k)
    longer[k] = answers_changed(no_rows, logits), answers_changed(folded_k, logits)
    print(
        f"k = {k:3d}: {longer[k][0]:3d} of {len(truth)} answers change through the rows; "
        f"{longer[k][1]:3d} differ when they are folded"
    )

# %% [markdown]
# Long rows do change answers ($k$ = 46 is as long as a token), and the mean shift no longer replaces them: the norm then
# *shrinks* what the face itself says in that token. The trained rows are far from that.
#
# Now yours; guess before you run each.
# - `toy.accuracy(None, False, seed, loud=2)`: no mark, but the letters of level 1 are twice as large. Better than 56 %?
# - Exchange the rows of levels 1 and 3 *and* their places. Which of the two changes more answers?
# - `told_apart` on tokens behind the fusion norm: is the level easier or harder to tell?
#
# ## Common misconceptions
#
# - *"A transformer knows the order of its tokens."* Only by what is added to them or is in them.
# - *"More marks help more."* In the toy task either one gives 100 %; two give the same.
# - *"The rows are learnt and not zero, so they are needed."* They get a gradient, so they move.
# - *"A part that can be folded into another is wrong."* It says nothing new; how training goes may still change.
# - *"Switched off without loss means that it can be left out of training."* That is another experiment.
#
# ## Recap in five lines
#
# 1. The layer embedding adds one learnt row to all tokens of a level: 3 × 768 = 2,304 of 43.9 million parameters.
# 2. Self-attention without marks reads a set; a mark is needed where the task asks for the level.
# 3. $e_i$ before and $p_j$ after are the same thing, unless something non-linear lies between them.
# 4. In the trained network a shift of the positions replaces most of what the rows do behind the norm.
# 5. Rows at zero: −0.16 ± 0.16 points on 3,199 photographs. Trained without: −0.21 [−0.46, +0.03] on drawn faces.
#
# ## What the paper claims, what we measured
#
# | | paper | released code | this lesson |
# |---|---|---|---|
# | the layer embedding | lets the network tell levels apart | rows, zero at first | positions and content do so, too |
# | its gain, points | RAF-DB +0.10, AffectNet +0.06 and +0.03, FER+ +0.04 | – | see section 6 |
#
# +0.10 points are 3 of RAF-DB's 3,068 faces, of one run each; the standard error of one accuracy there is 0.47 points. Our
# numbers do not refute the gain: their intervals include it. They say that it cannot be seen at this size.

# %% id="record" jupyter={"source_hidden": true}
gain_shuffled, half_shuffled = points(whole, shuffled, truth)
gain_rows, half_rows = points(whole, no_rows, truth)
record(
    shuffled_changed=answers_changed(whole, shuffled) / len(truth),
    shuffled_points=gain_shuffled,
    shuffled_half_width=half_shuffled,
    set_with_positions=float(set_with),
    set_without_positions=float(set_without),
    set_error=rest,
    no_positions_changed=answers_changed(whole, unplaced) / len(truth),
    toy_neither=learned["neither"],
    toy_rows=learned["rows"],
    toy_positions=learned["positions"],
    toy_both=learned["rows and positions"],
    folded_error=exact,
    dropped_without_norm=dropped_without_norm,
    folded_share=best_fold / drop,
    change_in_level_means=in_means,
    row_length=lengths[0],
    token_length=lengths[1],
    rows_changed=answers_changed(whole, no_rows) / len(truth),
    rows_points=gain_rows,
    rows_half_width=half_rows,
    level_from_content=apart,
    long_rows_changed=longer[30][0] / len(truth),
    long_rows_not_folded=longer[30][1] / len(truth),
    board_set_changed=max(effects["rows + norm"][name][0] for name in placed),
)

# %% [markdown]
# ## Ten questions to recall
#
# Answer without looking, then open the answer.
#
# 1. What does the layer embedding add, and to what? <details><summary>answer</summary>One learnt row for each level, to
#    every token of that level, before the tokens are joined and normed.</details>
# 2. Why does self-attention not know the order of its tokens? <details><summary>answer</summary>It is a weighted mean, and
#    the weights depend on what the tokens hold; the MLP acts on each token alone.</details>
# 3. How do you test that a function reads a set, and why is one order not enough?
#    <details><summary>answer</summary>Compare its answers for several random orders, up to rounding. Some functions stay
#    the same under one order, such as reading backwards.</details>
# 4. What is the best accuracy of a set function in the letters task, and why? <details><summary>answer</summary>9/16: it
#    names the most frequent letter, (1/16)·1 + (9/16)·(2/3) + (6/16)·(1/3).</details>
# 5. Which marks tell the levels apart in POSTER-Var? <details><summary>answer</summary>The rows, the positions, and the
#    tokens' own content, since each level has its own convolution.</details>
# 6. When can $e_i$ be folded into $p_j$ exactly? <details><summary>answer</summary>If nothing non-linear lies between the
#    two additions: without the fusion norm.</details>
# 7. And into the bias of the convolution? <details><summary>answer</summary>If no activation lies between: without the
#    GELU.</details>
# 8. Why does folding nearly work in spite of the norm? <details><summary>answer</summary>The rows are short beside the
#    tokens, so the norm acts on them nearly linearly.</details>
# 9. What is the gain of 0.10 points on RAF-DB in faces? <details><summary>answer</summary>Three of 3,068, from one run
#    each; the standard error of one accuracy is 0.47 points.</details>
# 10. "Switched off" and "trained without": which question does each answer? <details><summary>answer</summary>Whether these
#     weights use the part; whether a network needs it.</details>
#
# **Next:** {link:squeeze_excite}: the gate behind the encoder, another small part.

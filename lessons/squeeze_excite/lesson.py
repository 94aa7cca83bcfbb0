# %% [markdown]
# # {number} · {title}
#
# **The question.** Before its head POSTER-Var multiplies each feature by a gate between 0 and 1. Does the network need
# the gate, does it use it, and would a constant do?
#
# **After this lesson you can**
# - write the paper's gate, and the original block of Hu et al. that it comes from;
# - name a task that a linear head cannot do and a gate before it can;
# - fold a constant gate into the head;
# - say what a part is worth from four measurements: switched off, held constant, exchanged, trained without.
#
# **You need** {link:layer_embedding}: switched off and trained without. Time: about 45 minutes with the exercises; the
# cells run in about 20 seconds on a laptop's CPU.
#
# **In the paper.** Equation 4 of POSTER-Var (Lv, Zhang, Tsoi, *Sci Rep* 16, 7323, 2026), there called "enhanced SE".

# %% id="parameters" tags=["parameters"]
profile = "reduced"  # "full" asks about four times as many faces
seed = 0

# %% id="setup"
import torch
import torch.nn.functional as F

from lessons.layer_embedding.tokens import answers_changed, points, told
from lessons.squeeze_excite import choosing, gates, trained_heads
from lessons.squeeze_excite.gates import (
    SUBSTITUTES,
    by_group,
    features_of,
    gates_of,
    logits_of,
    variance_split,
    weights_of,
)
from lessons.squeeze_excite.heat import heat
from lessons.two_questions import two_questions
from poster_var_course import chosen, guess, record, reveal
from poster_var_course.checks import check, hint
from pvlib.data.drawn import draw_faces
from pvlib.figures.interactive import show
from pvlib.models.squeeze_excite import SqueezeExcite
from pvlib.runs.trained import load_trained

torch.set_num_threads(1)  # these tensors are so small that a second thread only costs time
share = {"quick": 0.1, "reduced": 1, "full": 4}[profile]

# %% [markdown]
# ## 1 · The gate
#
# The token encoder gives one vector $x$ for each face, $C$ features or **channels** (768 at paper size, 128 in the
# network of this course). Equation 4:
#
# $$\tilde x = x \odot g, \qquad g = \sigma\big(W_2\,\mathrm{ReLU}(W_1 x + b_1) + b_2\big).$$
#
# $\odot$ multiplies channel by channel, $\sigma$ here is the sigmoid. Each channel has a **gate** $g_k$ between 0
# (shut) and 1 (open), and all gates look at the whole vector.
#
# > **Exercise 1** · 4 minutes · warm-up · *important: it is equation 4.* `x` (faces, C), `w1` (hidden, C), `b1`
# > (hidden,), `w2` (C, hidden), `b2` (C,), as `nn.Linear` keeps them. Return the gated features.


# %% id="squeeze-excite"
def squeeze_excite(x, w1, b1, w2, b2):
    """Each channel multiplied by its gate: (faces, C) -> (faces, C)."""
    ### BEGIN SOLUTION
    return x * F.linear(F.linear(x, w1, b1).relu(), w2, b2).sigmoid()
    ### END SOLUTION


check("squeeze_excite.squeeze_excite", squeeze_excite)

# %% id="hint-squeeze-excite"
hint("squeeze_excite.squeeze_excite")

# %% [markdown]
# A network at paper size is not trained yet: its linear layers hold random numbers with standard deviation 0.01, its
# biases are 0.

# %% id="guess-first"
guess("squeeze_excite.first", "The mean gate of the untrained block, in per cent?", low=0, high=100)

# %% id="first-gates"
block_of = chosen("squeeze_excite.squeeze_excite", squeeze_excite, gates.squeeze_excite)
generator = torch.Generator().manual_seed(seed)
layers = SqueezeExcite(768)
with torch.no_grad():
    for layer in (layers.hidden, layers.gate):
        layer.weight.normal_(std=0.01, generator=generator)
        layer.bias.zero_()
    x = F.layer_norm(
        torch.randn(2000, 768, generator=generator), (768,)
    )  # as the encoder's last norm leaves them
    first = gates_of(layers, x)
    shrunk = (block_of(x, *weights_of(layers)).norm(dim=1) / x.norm(dim=1)).mean().item()
reveal("squeeze_excite.first", round(100 * first.mean().item()))
print(
    f"gates {first.mean():.5f} ± {first.std():.3f} (standard deviation); length of the vector × {shrunk:.3f}"
)

# %% [markdown]
# $\sigma(0) = \tfrac12$: **the first act of the block is to halve everything.** Halved logits are less sure answers,
# and the next layer has to undo it. What may it be good for?
#
# ## 2 · A task for a gate
#
# Each row has eight random numbers and says which one of them counts (one-hot). The answer: is that number positive? A
# linear head adds up what it gets. It cannot make the weight of one number depend on another input; the best that it
# can do is the sign of the sum, right in $\tfrac12 + \arcsin(1/\sqrt 8)/\pi = 61.5\,\%$ of cases. A gate before the
# head can: it opens the channel that counts. Your function does it here:

# %% id="choosing"
without_gate = choosing.accuracy(None, seed)
with_gate = choosing.accuracy(block_of, seed)
print(f"linear head alone       {without_gate['own']:.1%}   (best possible: {choosing.BEST_LINEAR:.1%})")
print(f"gate, then linear head  {with_gate['own']:.1%}")
print(f"the same network, each gate held at its mean over all rows: {with_gate['mean gate']:.1%}")

# %% [markdown]
# So the mechanism works, and where it is needed a *constant* gate is worth no more than none. In POSTER-Var two
# transformer blocks stand before the gate. They multiply too (attention weights times values), so they could do the
# choosing themselves. Is the gate then needed? Used?
#
# ## 3 · Three substitutes
#
# The network of the course, trained on photographs, and 1,000 drawn faces, of which it reads about half right. Instead of
# its own gates a face gets: **1** in all channels; the **mean gate** of each channel over all faces; or the gates of
# **another face**.

# %% id="faces"
trained = load_trained()
network = trained.network
faces = draw_faces(int(1000 * share), seed=seed)
truth = faces.mixture.argmax(dim=1)
features = features_of(trained, faces.images)  # (faces, 128)
own = gates_of(network.squeeze_excite, features)  # (faces, 128)
whole = logits_of(network, features, own)
with torch.no_grad():
    same = (block_of(features, *weights_of(network.squeeze_excite)) - features * own).abs().max().item()
print(f"your block and the network's differ by at most {same:.1g}")
print(f"mean gate {own.mean():.2f}, from {own.min():.3f} to {own.max():.3f}")

# %% id="guess-ones"
guess("squeeze_excite.ones", "All gates 1. Of 1,000 answers, how many change?", low=0, high=1000)

# %% id="guess-mean"
guess("squeeze_excite.mean", "Each channel's mean gate. Of 1,000 answers, how many change?", low=0, high=1000)

# %% id="substitutes"
given = {name: logits_of(network, features, change(own)) for name, change in SUBSTITUTES.items()}
ones, mean_gate, exchanged = list(SUBSTITUTES)[:3]
reveal("squeeze_excite.ones", round(answers_changed(whole, given[ones]) / share))
reveal("squeeze_excite.mean", round(answers_changed(whole, given[mean_gate]) / share))
for name in (ones, mean_gate, exchanged):
    print(told(name, whole, given[name], truth))

# %% [markdown]
# On the 3,199 validation photographs of FER+ (± is half of a 95 % interval; NLL, the negative log-likelihood, is better
# when lower):
#
# | gates | answers that change | accuracy, points | NLL, nats |
# |---|---|---|---|
# | all 1 | 94 | −0.06 ± 0.56 | −0.036 ± 0.008 |
# | mean gate | 64 | −0.97 ± 0.46 | +0.020 ± 0.003 |
# | another face's | 91 | −0.78 ± 0.54 | +0.027 ± 0.004 |
#
# **A riddle.** *No* gate: not distinguishable from the gate itself in accuracy, and the probabilities get better (the
# logits grow, and this network is less sure than it should be). A *constant* gate, which changes fewer answers, costs a
# point; against all gates 1 it costs 0.9 ± 0.6. How can the mean be worse than nothing?
#
# A gate that differs from the face's own is wrong in one of two directions: it **opens** a channel that the face would
# have shut, or it **shuts** one that the face wants open. So do only one of the two: raise each gate to the channel's
# mean where it is below, or lower it where it is above.

# %% id="directions"
raised, lowered = list(SUBSTITUTES)[3:5]
for name in (raised, lowered):
    print(told(name, whole, given[name], truth))

# %% [markdown]
# On the photographs raising changes the accuracy by −0.13 ± 0.30 points, lowering by −0.50 ± 0.38. Over five sets of
# 1,000 drawn faces (the same network; `python -m lessons.over_seeds squeeze_excite 0,1,2,3,4`): raising −0.30 ± 0.20,
# lowering −1.42 ± 0.34; all gates 1 +0.76 ± 0.40, the mean gate −1.64 ± 0.44, another face's −1.32 ± 0.37. So on
# drawn faces **shutting costs more than opening**. On photographs the difference of the two has the same sign, −0.38 ±
# 0.39, but is not distinguishable from 0. "All 1" only opens; the mean gate does both. That would explain the riddle.
#
# ## 4 · A constant gate is no gate
#
# > **Exercise 2** · 5 minutes · core · *important: it says what a gate must do to be more than a weight.* Let the gate
# > $g$ be the same for all faces. Which weights give the head the same answers **without** any gate? `weight`
# > (classes, C), `gate` (C,).


# %% id="fold"
def fold(weight, gate):
    """The weight (classes, C) that answers to x as `weight` does to x ⊙ gate."""
    ### BEGIN SOLUTION
    return weight * gate
    ### END SOLUTION


check("squeeze_excite.fold", fold)

# %% id="hint-fold"
hint("squeeze_excite.fold")

# %% id="folded"
folded = chosen("squeeze_excite.fold", fold, gates.fold)
with torch.no_grad():
    head = network.head.mean  # the linear layer behind the gate that gives the mean logits
    ungated = F.linear(features, folded(head.weight, own.mean(dim=0)), head.bias)
fold_error = (ungated - given[mean_gate]).abs().max().item()
print(f"folded head without gate against the mean gate: logits differ by at most {fold_error:.1g}")
split = variance_split(own, truth)
print(
    f"of the variance of all gates lie between channels {split['channels']:.0%}, between expressions "
    f"{split['groups']:.0%}, the rest {split['rest']:.0%}"
)

# %% [markdown]
# So of the variance of the gates, the part *between channels* needs no gate: the head's weights could hold it. It is the
# larger part, about seven tenths. What only a gate can do is the rest: to open a channel for one face and to shut it
# for another. About half of that goes with the expression.
#
# ## 5 · See it: 128 gates
#
# Rows: channels, sorted by their mean gate. Columns: the true expression. Dark is open. The slider moves all gates of
# all faces, to 1 or (second button) to the channel's mean, where every row becomes one colour. Below: the accuracy on
# these drawn faces against that with the own gates, with 95 % bands. Where does a band leave the zero line?

# %% id="heat" jupyter={"source_hidden": true}
shares = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
targets = {"to 1": torch.ones_like(own), "to the mean": own.mean(dim=0).expand_as(own)}
curves = {
    way: [
        points(whole, logits_of(network, features, own + moved * (target - own)), truth)
        if moved
        else (0.0, 0.0)
        for moved in shares
    ]
    for way, target in targets.items()
}
order = own.mean(dim=0).argsort()
table = by_group(own, truth, len(faces.names))[order]  # (128, 8)
named = {"channels": split["channels"], "expressions": split["groups"], "the rest": split["rest"]}
show(*heat(table, own.mean(dim=0)[order], faces.names, shares, curves, named))

# %% [markdown]
# ## 6 · Is it needed?
#
# Switches cannot say it: these weights were trained *with* a gate. So train without one. Small networks on the shapes
# of faces (as in {link:raters}): no gate, the gate, and a gate whose hidden layer is 16 times narrower, as Hu et al.
# had it. Five seeds each.

# %% id="trained-without"
heads = trained_heads.run(seed)  # by variant and substitute, the accuracy of each of five networks


def against(name, reference):
    """Paired difference over the seeds, in points."""
    interval = trained_heads.over_seeds(heads[name], heads[reference])
    half = (interval.high - interval.low) / 2
    verdict = "not distinguishable from 0" if interval.low < 0 < interval.high else "distinguishable"
    print(f"{name} against {reference}: {interval.value:+.2f} ± {half:.2f} points, {verdict}")
    return interval


print("trained otherwise")
without, narrow = against("no gate", "gate"), against("gate, reduction 16", "gate")
print("the networks with a gate, switched")
switched_one, switched_mean = against(ones, "own"), against(mean_gate, "own")

# %% [markdown]
# Five networks on one set of faces can say little. Over 25, five seeds on each of five sets of faces
# (`python -m lessons.squeeze_excite.trained_heads 5`), mean and 95 % interval (it treats all 25 as independent):
#
# | compared | points of accuracy |
# |---|---|
# | trained without the gate, against with it | −0.04 [−0.27, +0.18] |
# | reduction 16, against the full width | +0.06 [−0.21, +0.33] |
# | in the networks with a gate: all gates 1 | −0.88 [−1.35, −0.41] |
# | in the networks with a gate: the mean gate | +0.05 [−0.14, +0.24] |
# | in the networks with a gate: another face's gates | −0.31 [−0.54, −0.08] |
#
# On shapes no need for the gate can be seen: a loss larger than 0.3 points lies outside the interval. And the riddle is
# *turned round*: in these networks all gates 1 cost nearly a point, and the mean gate nothing that can be distinguished
# from 0. So "no gate is harmless, a constant one is not" was no law of gates, but a fact about one set of weights. That is
# what a switch measures.
#
# The same two questions, asked of whole networks that read pictures:

# %% id="two-questions"
print(two_questions("no-gate", "gate-reduction-16"))

# %% [markdown]
# **On drawn faces training without the gate costs 2.2 points**, [−4.1, −0.3] over seeds. Of the eight
# variants that the course trained only this one is distinguishable, which may be chance, and 188 steps are few. The FER+
# networks had 626 steps: 56 % right, where "neutral" alone gives 37 % (`docs/results/inside-the-network.md`).
#
# ## 7 · The original block
#
# Hu et al. (2018) gate *maps*, inside a convolutional network: each channel of a face is a map of $H \times W$ cells.
# Their block first **squeezes** each map to its mean, so that the gates see the whole image; then it **excites**: two
# layers, sigmoid, and each map is multiplied by its gate. Their hidden layer has $C/16$ numbers.
#
# > **Exercise 3** · 5 minutes · stretch · *important: it is the block that the name comes from.* `maps` (faces, C, H,
# > W); the weights as in exercise 1. Return the gated maps.


# %% id="squeeze-maps"
def squeeze_maps(maps, w1, b1, w2, b2):
    """Each channel's map multiplied by its gate: (faces, C, H, W) -> the same."""
    ### BEGIN SOLUTION
    squeezed = maps.mean(dim=(2, 3))  # (faces, C)
    gates = F.linear(F.linear(squeezed, w1, b1).relu(), w2, b2).sigmoid()
    return maps * gates[:, :, None, None]
    ### END SOLUTION


check("squeeze_excite.squeeze_maps", squeeze_maps)

# %% id="hint-squeeze-maps"
hint("squeeze_excite.squeeze_maps")

# %% id="original"
original = chosen("squeeze_excite.squeeze_maps", squeeze_maps, gates.squeeze_maps)
with torch.no_grad():
    as_maps = original(features[:, :, None, None], *weights_of(network.squeeze_excite))[:, :, 0, 0]
original_error = (as_maps - features * own).abs().max().item()
print(f"on maps of 1 × 1 it is the paper's block: they differ by at most {original_error:.1g}")
sizes = {
    reduction: sum(p.numel() for p in SqueezeExcite(768, reduction).parameters()) for reduction in (1, 16)
}
print(f"parameters at 768 channels: full width {sizes[1]:,}, reduction 16 {sizes[16]:,}")

# %% [markdown]
# A vector is a map of one cell: **in POSTER-Var there is nothing left to squeeze.** What the paper calls enhanced is
# the original without the squeeze and without the reduction, and 16 times larger: 1.18 million parameters instead of
# 0.07.
#
# ## 8 · Try to break it

# %% id="break-it"
for name in list(SUBSTITUTES)[5:]:
    print(told(name, whole, given[name], truth))

# %% [markdown]
# All gates at ½, or each gate rounded to 0 or 1, change no more answers than the substitutes above. Shutting what the
# network opens and opening what it shuts changes many more. On the photographs: ½ +0.06 ± 0.57 points, rounded −0.13 ±
# 0.32, 1 − gate −6.81 ± 1.18.
#
# Now yours; guess before you run each.
# - The gates of another face *of the same expression*: better than those of any face?
# - In the choosing task, `choosing.accuracy(block_of, seed, reduction=16)`, one hidden number: which accuracy is left?
# - Shut the ten channels with the largest mean gate. Then the ten with the largest variance over faces. Which costs
#   more?
#
# ## Common misconceptions
#
# - *"A gate selects features."* Only what differs from face to face is a selection; the rest is a weight.
# - *"If the mean gate costs a point, the gate is worth a point."* Against what? All gates 1 are not distinguishable from
#   the own ones.
# - *"If all gates 1 cost nothing, train without."* Another question: on drawn faces that cost 2.2 points.
# - *"Squeeze and excitation needs a squeeze."* Not on vectors: there is nothing to average.
# - *"Fewer changed answers mean less harm."* The mean gate changes fewer than all gates 1, and costs more.
#
# ## Recap in five lines
#
# 1. $\tilde x = x \odot \sigma(W_2\,\mathrm{ReLU}(W_1 x + b_1) + b_2)$; untrained it halves everything.
# 2. A gate lets one input decide whether another counts, which a linear head cannot: 61.5 % against 97 % and more in
#    the task.
# 3. A gate that is the same for all faces folds into the head: $W\,\mathrm{diag}(g)$.
# 4. On photographs: all gates 1 −0.06 ± 0.56 points, the mean gate −0.97 ± 0.46. On shapes it is the other way round:
#    −0.88 ± 0.47 and +0.05 ± 0.19.
# 5. Switched off, held constant, exchanged, trained without: four questions. Only the last asks whether a network needs
#    the gate: on shapes not distinguishable, on drawn faces −2.2 [−4.1, −0.3] points.
#
# ## What the paper claims, what we measured
#
# | | paper | released code | this lesson |
# |---|---|---|---|
# | "enhanced" SE | recalibrates features adaptively | no squeeze, no reduction | seven tenths of the variance are constant |
# | its gain | no ablation of its own | – | without: shapes −0.04 [−0.27, +0.18], drawn faces −2.2 [−4.1, −0.3] points |
# | parameters | – | 1.18 million of 43.9 | 0.07 million with reduction 16 |

# %% id="record" jupyter={"source_hidden": true}


def accuracy_of(name):
    gain, half = points(whole, given[name], truth)
    short = {ones: "ones", mean_gate: "mean", exchanged: "exchanged", raised: "raised", lowered: "lowered"}[
        name
    ]
    changed = answers_changed(whole, given[name]) / len(truth)
    return {f"{short}_changed": changed, f"{short}_points": gain, f"{short}_half_width": half}


record(
    first_gate=first.mean().item(),
    first_gate_deviation=first.std().item(),
    first_length=shrunk,
    choosing_linear=without_gate["own"],
    choosing_gate=with_gate["own"],
    choosing_mean_gate=with_gate["mean gate"],
    block_error=same,
    mean_gate=own.mean().item(),
    **accuracy_of(ones),
    **accuracy_of(mean_gate),
    **accuracy_of(exchanged),
    **accuracy_of(raised),
    **accuracy_of(lowered),
    turned_round_changed=answers_changed(whole, given["1 − gate"]) / len(truth),
    half_changed=answers_changed(whole, given["all gates ½"]) / len(truth),
    rounded_changed=answers_changed(whole, given["open or shut, whichever is nearer"]) / len(truth),
    fold_error=fold_error,
    original_error=original_error,
    variance_channels=split["channels"],
    variance_expressions=split["groups"],
    shapes_without_points=without.value,
    shapes_without_low=without.low,
    shapes_without_high=without.high,
    shapes_narrow_points=narrow.value,
    shapes_narrow_low=narrow.low,
    shapes_narrow_high=narrow.high,
    shapes_ones_points=switched_one.value,
    shapes_mean_points=switched_mean.value,
    parameters_full=sizes[1],
    parameters_reduced=sizes[16],
)

# %% [markdown]
# ## Ten questions to recall
#
# Answer without looking, then open the answer.
#
# 1. What does the block do to each channel, and what do its gates look at? <details><summary>answer</summary>It
#    multiplies it by a number between 0 and 1; every gate looks at the whole vector.</details>
# 2. Why does an untrained block halve everything? <details><summary>answer</summary>What goes into the sigmoid is near
#    0, and σ(0) = ½.</details>
# 3. Which task can a gate before a linear head do that the head alone cannot? <details><summary>answer</summary>One in
#    which an input says which other input counts.</details>
# 4. Why is a constant gate no gate? <details><summary>answer</summary>It folds into the head: each column of its
#    weights times the gate of that channel.</details>
# 5. Which part of the gates' variance could the head's weights hold? <details><summary>answer</summary>That between
#    channels, about seven tenths in this network.</details>
# 6. What is the riddle of section 3? <details><summary>answer</summary>On photographs all gates 1 cost nothing that
#    can be distinguished from 0, the mean gate costs a point.</details>
# 7. Which experiment explains it, and how? <details><summary>answer</summary>Only raise or only lower the gates to the
#    mean: on drawn faces lowering costs more than raising.</details>
# 8. Why is that no law of gates? <details><summary>answer</summary>In the networks on shapes it is the other way round:
#    all gates 1 cost 0.9 points, the mean gate nothing that can be distinguished from 0.</details>
# 9. What does the original block squeeze, and why does the paper's not? <details><summary>answer</summary>Maps, to
#    their means; the paper's input is one vector for each face already.</details>
# 10. How do you measure whether a network needs the gate, and what came of it? <details><summary>answer</summary>Train it
#     without, several seeds, paired difference with its interval: on drawn faces −2.2 [−4.1, −0.3] points, on shapes not
#     distinguishable.</details>
#
# **Next:** {link:whole_network}: all parts on one board.

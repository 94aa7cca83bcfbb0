# %% [markdown]
# # {number} · {title}
#
# **The question.** What is each box of Figure 2 worth to a trained network? And is a network that you put together from
# these boxes the released one?
#
# **After this lesson you can** assemble POSTER-Var and find the first box that is wrong; switch any part off and report
# the difference with its interval; say what such a difference does not show; hand a network on without PyTorch.
#
# **You need** {link:start_here} and {link:first_training}; the lessons on the single parts help. **Time:** 40 minutes; the
# cells compute for about a minute. Section 2 needs nothing of sections 3 and 4.
# **In the paper:** Figure 2 and Table 3 (as structure) of POSTER-Var (Lv, Zhang, Tsoi, *Sci Rep* 16, 7323, 2026).

# %% id="parameters" tags=["parameters"]
profile = "reduced"  # "full" asks about three times as many faces
seed = 0

# %% id="setup" jupyter={"source_hidden": true}
import copy
import tempfile
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path

import torch

from lessons.trained_without import BESIDE, distinguishable, worth
from lessons.whole_network import assembly, figures, own, released
from lessons.whole_network.assembly import Parts
from lessons.whole_network.figure2 import living
from lessons.whole_network.switchboard import (
    BOARD,
    FOUR_OFF,
    MORE,
    Asked,
    effects,
    name_of,
    singles_and_pairs,
)
from poster_var_course import chosen, guess, record, reveal
from poster_var_course.checks import check, hint
from pvlib.data.drawn import draw_faces
from pvlib.errors import CourseError
from pvlib.explain.tracing import trace
from pvlib.figures.interactive import show, show_still
from pvlib.models import paper, poster_var
from pvlib.models.sizes import without_variational_parts
from pvlib.models.switches import switched
from pvlib.runs.trained import load_trained

torch.set_num_threads(1)  # these tensors are so small that a second thread only costs time
torch.manual_seed(seed)
trained = load_trained()  # POSTER-Var at tiny size, trained on the photographs of FER+
network = trained.network
faces = draw_faces({"quick": 40, "reduced": 400, "full": 1200}[profile], seed=seed + 100)
images = trained.network_input(faces.images)  # (faces, 3, 48, 48)
labels = faces.mixture.argmax(dim=1)  # the strongest expression, (faces,)

# %% [markdown]
# ## 1 · Where are the parameters?
#
# The paper's own learnt contributions are the layer embedding and the variational head.

# %% id="guess-share"
guess("whole_network.share", "Of a million parameters, how many belong to these two?", low=0, high=200_000)

# %% id="parameter-bars" jupyter={"source_hidden": true}
with torch.device("meta"):  # shapes without numbers
    whole = poster_var(8, paper())
counts = {name: sum(weight.numel() for weight in part.parameters()) for name, part in whole.named_children()}
counts = {name: count for name, count in counts.items() if count}
own_parts = ("layer_embedding", "head")
per_million = 1e6 * sum(counts[name] for name in own_parts) / sum(counts.values())
show_still(*figures.parameters(counts, own_parts))
reveal("whole_network.share", round(per_million))

# %% [markdown]
# 333 of a million. Few parameters may still matter much. So switch parts off and measure.
#
# ## 2 · The switchboard
#
# This is Figure 2, drawn from a trace of the network that ships with the course. The wider a box, the more numbers it gives
# for one face; the bluer, the more operations (FLOP) it takes (both on logarithmic scales). Seven switches act on these
# weights, without any training. *Mean* replaces a level's map by its mean over all faces, so nothing of the face passes
# through that level.

# %% id="guess-worst"
guess(
    "whole_network.worst",
    "Which switch costs the most accuracy?",
    options=tuple(switch.name for switch in BOARD),
)

# %% id="switchboard" jupyter={"source_hidden": true}
asked = Asked(network, images)
mine = asked.answers()
others = {name_of(pair): asked.answers(*pair) for pair in singles_and_pairs()}
others |= {switch.name: asked.answers(switch) for switch in (*MORE, FOUR_OFF)}
found = effects(mine, others, labels)
accuracy = (mine == labels).double().mean().item()
boxes = trace(network, images[:16])
show(*living(boxes, BOARD, found, accuracy, len(faces)))
singles = {switch.name: found[switch.name] for switch in BOARD}
worst = min(singles, key=lambda name: singles[name].points.value)
reveal("whole_network.worst", worst)

# %% [markdown]
# Set two switches and read the lower bars. A level at its mean costs accuracy, each of the three, and level 3 the most.
# Each of the other four switches leaves at least 93 % of the answers and moves the accuracy by less than three points, up
# or down. All switches:

# %% id="table" jupyter={"source_hidden": true}
alone = {switch.name: found[switch.name] for switch in (*BOARD, *MORE, FOUR_OFF)}
show_still(*figures.switches(alone, len(faces)))
print(f"accuracy as it is, on {len(faces)} drawn faces: {accuracy:.1%}")

# %% [markdown]
# **Read it carefully.** *Not distinguishable from zero* is not zero: an interval of ± 2 points may hide a loss of one
# point. Of 18 intervals one may leave out zero by chance. A table belongs to its faces: these are drawn, and the network
# learned from photographs. And a network that is *trained without* a part is another network, which may have learned
# another way. That is another question. This table asks it, beside the switch, with other networks and faces. In
# *other-face-asks* the landmarks of another face ask the image, in *noise-asks* noise does:

# %% id="trained-without" jupyter={"source_hidden": true}
measured = worth()
distinct = 0
for data, about in measured["data"].items():
    low, high = min(about["accuracy"]), max(about["accuracy"])
    print(
        f"{data}: {about['validation_faces']:,} validation faces of {about['pixels']} px, {len(about['seeds'])} seeds"
    )
    print(
        f"  accuracy of the whole network {low:.1%} to {high:.1%}; below, points with 95 % interval over seeds"
    )
    print(f"  {'part':22s}{'trained without it':>26s}{'switched off':>26s}")
    for variant, switch in BESIDE.items():
        pair = [
            measured[kind][name].get(data, {}).get("accuracy")
            for kind, name in (("trained_without", variant), ("switched", switch))
        ]
        distinct += sum(distinguishable(one) for one in pair if one)
        cells = [
            f"{100 * one['difference']:+6.1f} [{100 * one['over_seeds'][0]:+5.1f}, {100 * one['over_seeds'][1]:+5.1f}]"
            + (" *" if distinguishable(one) else "  ")
            if one
            else "not measured"
            for one in pair
        ]
        print(f"  {variant:22s}{cells[0]:>26s}{cells[1]:>26s}".rstrip())
print("* distinguishable from 0: over seeds, and over faces as well")
shipped = measured["shipped"]
print(f"\nthe shipped network on {shipped['faces']:,} real validation faces of FER+, switched off;")
print(f"  its accuracy is {shipped['accuracy']['value']:.1%}; below, points with 95 % interval over faces")
for switch, effect in shipped["switches"].items():
    if switch in BESIDE.values() or "level_means" in switch:
        points = {key: 100 * value for key, value in effect["differences"]["accuracy"].items()}
        told = f"{points['value']:+6.1f} [{points['low']:+5.1f}, {points['high']:+5.1f}]"
        print(f"  {switch:22s}{told:>26s}   {effect['changed']} answers changed")

# %% [markdown]
# One of the 24 differences is distinguishable from zero: networks that were trained on drawn faces without the gate are
# 2.2 points worse [−4.1, −0.3]; one of 24 may be so by chance. The columns may differ without contradiction: they answer
# two questions.
#
# ## 3 · Assemble it
#
# Now build the same graph yourself. `parts` holds the boxes as functions; the layer embedding and the gate are
# yours to write, from `parts.rows`, `parts.hidden` and `parts.gate`. (`landmark_reduce` has no box in the figure above:
# it does nothing in the tiny network.)
#
# | call | gives |
# |---|---|
# | `image_pyramid(images)`, `landmark_net(images)` | three maps each, (batch, C, M, M) |
# | `image_reduce[i](map)`, `landmark_reduce[i](map)` | the map of level i with side and channels that fit |
# | `levels[i](image, landmarks)` | fused map (batch, M, M, C), channels last |
# | `embeds[i](map)` | (batch, D, m, m) from (batch, C, M, M) |
# | `rows[i]` | (1, D), the row of level i |
# | `fusion_norm(tokens)`, `encoder(tokens)` | (batch, tokens, D), and from it (batch, D) |
# | `hidden(x)`, `gate(x)` | the two linear layers of equation 4, (batch, D) each |
#
# > **Exercise 1** · 8 minutes · core · *important: whoever can assemble it has understood Figure 2.* Write the way from
# > images to features. Equation 3 marks tokens (batch, m², D) with their row, concatenates, then normalises; equation 4
# > is $x \odot \mathrm{sigmoid}(W_2\,\mathrm{ReLU}(W_1 x))$.


# %% id="forward-features"
def forward_features(parts, images):
    """Figure 2 from above: images (batch, 3, H, H) -> features (batch, D)."""
    ### BEGIN SOLUTION
    image_maps, landmark_maps = parts.image_pyramid(images), parts.landmark_net(images)
    tokens = []
    for i in range(3):
        image = parts.image_reduce[i](image_maps[i])  # (batch, C, M, M)
        landmarks = parts.landmark_reduce[i](landmark_maps[i])  # (batch, C, M, M)
        fused = parts.levels[i](image, landmarks)  # (batch, M, M, C)
        embedded = parts.embeds[i](fused.permute(0, 3, 1, 2))  # (batch, D, m, m)
        tokens.append(embedded.flatten(2).transpose(1, 2) + parts.rows[i])  # (batch, m², D)
    cls = parts.encoder(parts.fusion_norm(torch.cat(tokens, dim=1)))  # (batch, D)
    return cls * parts.gate(parts.hidden(cls).relu()).sigmoid()
    ### END SOLUTION


check("whole_network.forward_features", forward_features)

# %% id="hint-forward-features"
hint("whole_network.forward_features")

# %% [markdown]
# **Is it the released network?** The course holds numbers that the authors' code computed, box by box, from
# weights that anybody can make again: a random stream for each weight's name. Your assembly gets the same weights, at
# paper size. Beside it a *planted mistake*: each level is normalised before its row is added and before the
# concatenation. Nothing fails, and every shape is right.

# %% id="guess-box"
guess(
    "whole_network.first_box",
    "Which box is the first to differ from the released values?",
    options=tuple(released.STORED),
)

# %% id="parity" jupyter={"source_hidden": true}
assemble = chosen("whole_network.forward_features", forward_features, assembly.forward_features)
seeded, two_images = released.seeded_network()  # 43.9 million numbers


@torch.no_grad()
def against_released(function):
    """The largest disagreement of each box with the released network."""
    parts = Parts(seeded)
    features = function(parts, two_images)
    normal = seeded.head.distribution(features).base_dist
    head = {"head": [normal.loc, 2 * normal.scale.log()]}
    return released.differences(assembly.values(parts, features) | head)


parity = {
    "yours": against_released(assemble),
    "norm before the rows": against_released(assembly.norm_before_rows),
}
print(f"{'box':15s} " + "  ".join(f"{name:>20s}" for name in parity))
for box in released.STORED:
    print(f"{box:15s} " + "  ".join(f"{one[box]:20.1e}" for one in parity.values()))
first = {
    name: next((box for box, off in one.items() if off > assembly.TOLERANCE), None)
    for name, one in parity.items()
}
for name, box in first.items():
    print(
        f"{name}: "
        + (
            f"agrees everywhere to {assembly.TOLERANCE:g}"
            if box is None
            else f"the first box that differs is {box}"
        )
    )
reveal("whole_network.first_box", first["norm before the rows"])

# %% [markdown]
# A wrong order in the middle of a network raises no error. Only a comparison box by box finds it, and it names the
# place. (To normalise each level *after* its row was added would be no mistake: a layer norm looks at each token alone.)
#
# **POSTER++** is the same graph with four things left out. Sizes are data here: `Size` is a frozen dataclass whose fields
# are the widths and the ablations of Table 3.
#
# > **Exercise 2** · 3 minutes · warm-up · *important: an ablation is a field, not a copy of the code.* Return the size
# > of POSTER++ from that of POSTER-Var: a point head, no layer embedding, no GELU behind the embeddings, no fusion norm.


# %% id="ablate"
def ablate(size):
    """The size of a POSTER-Var -> the size of the POSTER++ of the same widths."""
    ### BEGIN SOLUTION
    return replace(size, head="point", layer_embedding=False, embed_activation=False, fusion_norm=False)
    ### END SOLUTION


check("whole_network.ablate", ablate)

# %% id="hint-ablate"
hint("whole_network.ablate")

# %% id="fewer" jupyter={"source_hidden": true}
ablate = chosen("whole_network.ablate", ablate, without_variational_parts)
with torch.device("meta"):
    plus_plus = poster_var(8, ablate(paper()))
fewer = sum(counts.values()) - sum(weight.numel() for weight in plus_plus.parameters())
total = sum(counts.values())
print(f"POSTER-Var has {total:,} parameters, {fewer:,} more than POSTER++ ({fewer / total:.3%})")

# %% [markdown]
# ## 4 · Which branch, which level?
#
# With `switched(network, attention="other_face")`, face i of the batch is read with the landmarks of face i − 1. Then
# two faces are in every row: which of them is the answer about?
#
# > **Exercise 3** · 4 minutes · core · *important: this asks whether the answer follows the landmarks.* Return, for each
# > row, whether the answer is the expression of the face whose *landmarks* it got: (faces,) of True or False.


# %% id="only-landmarks"
def only_landmarks(network, images, labels):
    """network; images (faces, 3, H, H); labels (faces,) of the images -> bool (faces,)."""
    ### BEGIN SOLUTION
    with torch.no_grad(), switched(network, attention="other_face"):
        answers = network(images).argmax(dim=1)
    return answers == labels.roll(1)  # row i has the landmarks of face i − 1
    ### END SOLUTION


check("whole_network.only_landmarks", only_landmarks)

# %% id="hint-only-landmarks"
hint("whole_network.only_landmarks")

# %% id="branches" jupyter={"source_hidden": true}
only_landmarks = chosen("whole_network.only_landmarks", only_landmarks, own.only_landmarks)
by_landmarks = only_landmarks(network, images, labels).double().mean().item()
by_image = found["landmarks of another face"].accuracy
most = (torch.bincount(mine, minlength=8) / len(mine)) @ (torch.bincount(labels, minlength=8) / len(labels))
print(f"right about the face of the image      {by_image:.1%}   (own landmarks: {accuracy:.1%})")
print(f"right about the face of the landmarks  {by_landmarks:.1%}   (answers for shuffled faces: {most:.1%})")
for level in (1, 2, 3):
    print(f"level {level} alone                          {found[f'level {level} alone'].accuracy:.1%}")

# %% [markdown]
# The answer is about the face in the image. About the face of the landmarks it is right about as often as answers that
# were shuffled among the faces: the answer does not follow the landmarks. No level suffices alone; each gives about half
# of the accuracy of all three, or less. This holds for *these* weights; the landmark branch of this network was trained
# along with the rest.
#
# ## 5 · Without PyTorch
#
# ONNX is a file format for the graph and its weights, which many programs run. `pvlib export RUN out.onnx` writes it,
# and keeps it only if another runtime gives the same logits. The file also says the order of the classes, and how a
# picture becomes its input: size, colour, mean, standard deviation. The measure of *same* is yours:
#
# > **Exercise 4** · 3 minutes · stretch · *important: a file that is handed on must be compared by its numbers.* `run` is
# > the other runtime: NumPy images to NumPy logits. Return the largest absolute difference of a logit.


# %% id="largest-difference"
def largest_difference(run, network, images):
    """run: array (batch, 3, H, H) -> array (batch, classes); the same in torch by network -> a number."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        expected = network(images)
    return float((torch.from_numpy(run(images.numpy())) - expected).abs().max())
    ### END SOLUTION


check("whole_network.largest_difference", largest_difference)

# %% id="hint-largest-difference"
hint("whole_network.largest_difference")

# %% id="onnx" jupyter={"source_hidden": true}
largest_difference = chosen("whole_network.largest_difference", largest_difference, own.largest_difference)
exported = {}
few = images[:32].contiguous()
try:
    from pvlib.runs.onnx_file import save_onnx

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "poster_var.onnx"
        save_onnx(file, trained)
        import onnxruntime

        one_thread = onnxruntime.SessionOptions()
        one_thread.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(file, one_thread, providers=["CPUExecutionProvider"])
        exported["onnx_megabytes"] = file.stat().st_size / 1e6

    def run(array):
        """The logits of the file."""
        return session.run(["logits"], {"images": array})[0]

    def milliseconds(call):
        """The fastest of ten, for one face."""
        times = []
        for _ in range(10):
            begun = time.perf_counter()
            call()
            times.append(time.perf_counter() - begun)
        return 1000 * min(times)

    exported["onnx_difference"] = largest_difference(run, network, few)
    with torch.no_grad():
        pace = milliseconds(lambda: network(few[:1])), milliseconds(lambda: run(few[:1].numpy()))
    print(f"largest difference on {len(few)} faces: {exported['onnx_difference']:.1e}")
    print(
        f"file: {exported['onnx_megabytes']:.1f} MB; one face, one thread: torch {pace[0]:.1f} ms, ONNX {pace[1]:.1f} ms"
    )
except CourseError as error:  # a package is missing
    print(error)

# %% [markdown]
# The two runtimes agree to a few millionths. `data_scripts/read_onnx.py` reads a picture with this file, without PyTorch
# and without `pvlib`.
#
# ## Try to break it

# %% id="break-it" jupyter={"source_hidden": true}
half = copy.deepcopy(network).bfloat16()


@torch.no_grad()
def named(model, given):
    """The expression that a network names, (faces,)."""
    return torch.cat([model(some).argmax(dim=1) for some in given.split(100)])


def levels_exchanged(model):
    """The maps of levels 1 and 3 exchanged where their tokens are put together, all else as before."""

    def exchange(_part, inputs):
        first, second, third = inputs[0]
        return ([third, second, first],)

    return model.layer_embedding.register_forward_pre_hook(exchange)


some = min(150, len(faces))  # bfloat16 takes its time on most processors
larger = draw_faces(some, seed=seed + 100, size=64)  # the same faces with 64 pixels
broken = {
    "bfloat16": named(half, images[:some].bfloat16()),
    "input of 64 px": named(network, trained.network_input(larger.images)),
}
hook = levels_exchanged(network)
exchanged = asked.answers()
hook.remove()
damage = effects(mine[:some], broken, labels[:some])
damage |= effects(mine, {"levels 1 and 3 exchanged": exchanged}, labels)
for name, effect in damage.items():
    points = effect.points
    change = f"{points.value:+5.1f} [{points.low:+.1f}, {points.high:+.1f}] points"
    print(f"{name:25s} same answers {effect.same:6.1%}   accuracy {change}")
pairs = [pair for pair in singles_and_pairs() if len(pair) == 2]
surplus = {
    name_of(pair): found[name_of(pair)].points.value - sum(found[one.name].points.value for one in pair)
    for pair in pairs
}
print("the pairs that differ most from the sum of their two switches:")
for name in islice(sorted(surplus, key=lambda key: -abs(surplus[key])), 3):
    print(f"  {name}: {surplus[name]:+.1f} points")

# %% [markdown]
# Exchanged levels change few answers: positions and rows carry little here. And two switches need not cost the sum of
# the two. Levels 1 and 2 at their means cost eight points or more beyond it, perhaps since one level stands in for another
# while that is at its mean. So seven single switches are no account of the whole network.
#
# Try: a third switch on top of a pair (`effects(mine, {"three": asked.answers(*BOARD[:3])}, labels)`); the same board with
# `seed = 1`; `pvlib evaluate RUN --switch gate=one` on a run of your own.
#
# ## Common misconceptions
#
# - *"The part costs nothing when switched off, so it is useless."* These weights do not need it on these faces.
# - *"It runs and the shapes fit, so it is the paper's network."* The planted mistake runs, too.
# - *"Few parameters, little effect."* Count effects in answers, not in parameters.
#
# ## Recap in five lines
#
# 1. Layer embedding and head hold 333 of a million parameters; the image pyramid and the encoder hold most.
# 2. A switch asks what *these weights* use on *these faces*; its answer is a paired difference with an interval.
# 3. Each level at its mean costs accuracy, and no level suffices alone; attention, rows and positions hardly matter to
#    these weights on these faces.
# 4. An assembly is right when every box agrees with the released values to 10⁻⁴; a comparison names the first that differs.
# 5. POSTER++ is four fields away, and an ONNX file agrees with torch to a few millionths.
#
# ## What is claimed, released, measured
#
# | | paper | released | we (drawn faces, shipped tiny network) |
# |---|---|---|---|
# | size | 43.7 M parameters | 58.3 M, 14.5 M of them unused | 43.9 M for 8 classes |
# | assembly | Figure 2 | its code | agrees to 10⁻⁴ in every box |
# | attention, rows add accuracy (Table 3) | points without interval | – | section 2: not distinguishable from zero |

# %% id="record" jupyter={"source_hidden": true}


def stated(name, effect):
    """A switch's numbers as metrics."""
    points = effect.points
    return {
        f"{name}_same": effect.same,
        f"{name}_points": points.value,
        f"{name}_low": points.low,
        f"{name}_high": points.high,
    }


keys = (
    "attention_off",
    "level1_mean",
    "level2_mean",
    "level3_mean",
    "rows_zero",
    "positions_zero",
    "gate_one",
)
keys += (
    "other_landmarks",
    "queries_zero",
    "queries_random",
    "rows_next",
    "positions_shuffled",
    "gate_mean",
    "gate_other",
)
keys += ("level1_alone", "level2_alone", "level3_alone", "four_off")
table = {}
for key, effect in zip(keys, alone.values(), strict=True):
    table |= stated(key, effect)
for key, effect in zip(("bfloat16", "input_64", "levels_exchanged"), damage.values(), strict=True):
    table |= stated(key, effect)
record(
    **table,
    **exported,
    parts_distinguishable=distinct,
    without_gate_points=100 * measured["trained_without"]["no-gate"]["drawn"]["accuracy"]["difference"],
    per_million=per_million,
    millions=sum(counts.values()) / 1e6,
    plus_plus_fewer=fewer,
    accuracy=accuracy,
    worst_is_level3=float(worst == "level 3 = mean"),
    parity=max(parity["yours"].values()),
    planted_is_fusion_norm=float(first["norm before the rows"] == "fusion_norm"),
    by_image=by_image,
    by_landmarks=by_landmarks,
    by_landmarks_over_chance=by_landmarks - float(most),
    **{f"level{i}_alone_of_all": found[f"level {i} alone"].accuracy / accuracy for i in (1, 2, 3)},
    largest_surplus=max(map(abs, surplus.values())),
)

# %% [markdown]
# ## Ten questions for tomorrow
#
# 1. Which two parts hold most of the 43.9 million parameters? <details><summary>answer</summary>The image pyramid (17.6
#    million) and the token encoder (14.3 million).</details>
# 2. How is a level's map, channels last, turned into tokens? <details><summary>answer</summary>permute to channels second,
#    its embedding, flatten(2), transpose(1, 2): (batch, m², D).</details>
# 3. In which order: concatenation, rows, norm? <details><summary>answer</summary>Rows, concatenation, norm; a norm
#    of each level after the rows gives the same.</details>
# 4. Why does the norm not care whether it comes before or after the concatenation?
#    <details><summary>answer</summary>It looks at each token alone, and the concatenation puts tokens one behind the
#    other.</details>
# 5. Why compare box by box and not the logits alone? <details><summary>answer</summary>The first box that differs is the
#    place of the mistake; wrong logits name no place.</details>
# 6. What does a switch ask, and what does training without the part ask? <details><summary>answer</summary>What these
#    weights use; what a network can reach that never had the part.</details>
# 7. "−0.5 [−2.0, +1.0] points" with a switch: what may you say? <details><summary>answer</summary>Not distinguishable
#    from zero on these faces; a loss of two points is possible.</details>
# 8. Why are the differences paired? <details><summary>answer</summary>Both answers are on the same faces; faces that both
#    get right, or both get wrong, cancel.</details>
# 9. Two faces in a row, image and landmarks: how does one see which of them the answer is about?
#    <details><summary>answer</summary>Compare with the labels of both; chance is the rate for shuffled faces.</details>
# 10. What has to be recorded in an ONNX file beside graph and weights? <details><summary>answer</summary>The order of
#     the classes, and how a picture becomes its input: size, colour, mean, standard deviation.</details>
#
# **Next:** {link:full_training}: a run that can be killed, repeated and forecast.

# %% [markdown]
# # {number} · {title}
#
# **The question.** A real training takes hours. It must survive a killed process, give the same result when it is
# repeated, and say beforehand what it needs. How is such a run set up, and which of its settings are worth their price?
#
# **After this lesson you can**
# - kill a training at any moment, start it again, and explain why it ends with the same bits;
# - write the learning rate's schedule, a step of SAM, and the plan for several GPUs;
# - read a table of settings with intervals, and say which difference is not distinguishable from zero;
# - say which numbers may be bfloat16, and which may not;
# - forecast hours and memory of a run from one measured step.
#
# **You need** {link:first_training}: the training step, and intervals.
#
# **Time.** About 80 minutes with all exercises. The cells run in about a minute and a half on a laptop's CPU. The
# full profile trains the paper's 43.9 million weights on your own prepared file and needs a GPU.
#
# **In the paper.** "Implementation details" and Table 1 of POSTER-Var (Lv, Zhang, Tsoi, *Sci Rep* 16, 7323, 2026).

# %% id="parameters" tags=["parameters"]
profile = "reduced"  # "full" trains at paper size on a prepared file: give data as well
seed = 0
data = ""  # full profile: a file made by a script in data_scripts/
preset = "ferplus-scratch"  # full profile: pvlib train --list shows others
devices = 1  # full profile: GPUs on this machine
folder = ""  # full profile: where the run is kept; runs/PRESET by default. The same folder goes on

# %% id="setup" jupyter={"source_hidden": true}
import math
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from IPython.display import Markdown, display

from lessons.full_training import figures, parting, plug, switches
from lessons.full_training.forecast import forecast, in_words, peak, refuse_what_does_not_fit
from lessons.full_training.record_of_ferplus import record_of_ferplus, row_of_epoch, rows_of_run
from lessons.full_training.steps import (
    curvature_of_valley,
    parting_of,
    plan_of_goyal,
    rate_of_pvlib,
    sam_step_of_pvlib,
    slope_in_valley,
)
from poster_var_course import chosen, guess, record, reveal
from poster_var_course.checks import check, hint
from pvlib.data.faces import Faces
from pvlib.errors import CourseError
from pvlib.figures.interactive import bundle, show, show_still
from pvlib.figures.recipes import recipe_sheet
from pvlib.models import Poster
from pvlib.training import TrainConfig, fit
from pvlib.training.config_files import load_config, to_yaml
from pvlib.training.devices import fast_precision
from pvlib.training.positions import position_seed
from pvlib.training.sources import load_faces

torch.manual_seed(seed)
device = "cuda" if torch.cuda.is_available() else "cpu"
epochs = {"quick": 1, "reduced": 6, "full": 6}[profile]  # of the small networks in section 4
full = profile == "full"
if full and not data:
    raise CourseError(
        "the full profile trains on your own faces: prepare a file with a script of data_scripts/, then "
        "pvlib run full_training --profile full -p data=FILE"
    )

# %% [markdown]
# ## 1 · Pull the plug
#
# Two trainings run now, each as a process of its own, by the command that you would type. The first runs to its end. The
# second is killed at a random moment after its first checkpoint: no message, no last save, as if the power went off. Then
# the same command is given again.

# %% id="guess-digit"
guess(
    "full_training.digit",
    "In which digit of the weights do the two runs differ at the end?",
    options=("in the first", "in the third", "in the seventh", "in none"),
)

# %% id="pull-the-plug"
with tempfile.TemporaryDirectory() as temporary:
    whole, cut = Path(temporary) / "whole", Path(temporary) / "cut"
    print("pvlib", *plug.command(cut, seed)[:-4], "--out", "cut")
    plug.finish(plug.start(whole, seed))
    epoch, step = plug.pull(plug.start(cut, seed), cut)
    print(
        f"killed; its last checkpoint knows {epoch - 1} whole epochs and {step} of {plug.STEPS} steps of the next"
    )
    plug.finish(plug.start(cut, seed))
    bit_identical = plug.equal_bits(whole, cut)
    difference = plug.largest_difference(whole, cut)
    losses = plug.losses(whole), plug.losses(cut)
reveal("full_training.digit", "in none" if bit_identical else "in the seventh")
print(f"same bits in every tensor: {bit_identical}; largest difference: {difference:g}")
show_still(*figures.two_runs(*losses, pulled=epoch - 1 + step / plug.STEPS))

# %% [markdown]
# Two things make this possible.
#
# **The checkpoint is written in one step.** A new file is written beside the old one and then takes its name, so there is
# always one that is whole. It holds weights, statistics of batch normalisation, AdamW's two moments (running means of the
# gradient and of its square), and the position (epoch and step).
#
# **Random numbers depend on the position alone.** A usual training takes its random numbers from one long stream. A run
# that goes on would have to find the place in that stream again. `pvlib` stores no stream. Before a step samples its noise,
# it seeds the generator with numbers made from (seed, epoch, step):

# %% id="seeds-of-positions"
for position in [(0, 0), (0, 1), (1, 0)]:
    print(f"epoch {position[0]}, step {position[1]}: seed {position_seed(seed, *position)}")

# %% [markdown]
# The promise has limits: the same number of threads, the same library versions, a CPU. With two threads, sums are added in
# another order, and the last bits differ; a GPU's own sums vary from run to run.
#
# What happens without it? Here a run of three epochs is cut after the second, and goes on from its **weights** alone:
# AdamW's moments start from zero, the rate and the random numbers from the first epoch.

# %% id="forgetful"
few, some = load_faces("drawn", "train", count=600), load_faces("drawn", "valid", count=300)
little = few.subset(torch.arange(160))
short = replace(switches.PLAIN, epochs=3, seed=seed)


def one_epoch_more(network, epochs):
    """Train on 160 faces; the loss of the last epoch."""
    return fit(network, little, replace(short, epochs=epochs), show_progress=False)[-1].loss


torch.manual_seed(seed)
start = Poster(switches.SIZE, len(few.names)).state_dict()
networks = [Poster(switches.SIZE, len(few.names)) for _ in range(2)]
for network in networks:
    network.load_state_dict(start)
remembered = one_epoch_more(networks[0], 3)
one_epoch_more(networks[1], 2)
forgotten = one_epoch_more(networks[1], 1)
print(f"loss of the third epoch: {remembered:.4f}; from the weights alone: {forgotten:.4f}")

# %% [markdown]
# Another loss, so another run. One seed does not say which is better.
#
# ## 2 · One file says everything
#
# A run is described by one YAML file. `pvlib train PRESET key=value …` reads a preset, and dotted keys change it. What the
# file does not know, it refuses, before anything starts:

# %% id="config"
config = load_config(preset, [f"seed={seed}"])
print(to_yaml(config.__class__(**{**vars(config), "about": ""})).split("objective:")[0])
for typo in ("train.epoch=3", "train.precision=bf8", "recipe=fotograph"):
    try:
        load_config(preset, [typo])
    except CourseError as error:
        print(f"{typo}: {error}\n")

# %% [markdown]
# `recipe` names the random changes of the training faces. They are made anew in every epoch. This is
# `photograph`, on drawn faces (first column: as stored):

# %% id="recipe"
torch.manual_seed(seed)
show_still(
    *recipe_sheet(
        few.subset(torch.arange(3)), switches.SWITCHES["larger changes of the faces"]["recipe"], seed
    )
)

# %% [markdown]
# ## 3 · The learning rate
#
# > **Exercise 1** · 6 minutes · warm-up · *important: most runs that fail, fail by their rate.* `done` counts the epochs
# > that are done, such as 2.25. After every whole epoch the rate is multiplied by `decay`. During the first `warmup` epochs
# > it is also multiplied by done / warmup, so it rises from 0. `warmup` may be 0.


# %% id="rate-at"
def rate_at(done, full, warmup, decay):
    """The learning rate; full is its value without warm-up and decay."""
    ### BEGIN SOLUTION
    rise = min(1.0, done / warmup) if warmup > 0 else 1.0
    return rise * full * decay ** math.floor(done)
    ### END SOLUTION


check("full_training.rate_at", rate_at)

# %% id="hint-rate-at"
hint("full_training.rate_at")

# %% id="rates"
rate = chosen("full_training.rate_at", rate_at, rate_of_pvlib)
places = [epoch / 50 for epoch in range(400)]
cosine = [3e-3 * 0.5 * (1 + math.cos(math.pi * done / 8)) for done in places]
show_still(
    *figures.rates(
        places,
        {
            "exponential": [rate(done, 3e-3, 0, 0.72) for done in places],
            "with a warm-up of one epoch": [rate(done, 3e-3, 1.0, 0.72) for done in places],
            "cosine": cosine,
        },
    )
)

# %% [markdown]
# The paper states an exponential schedule; its factor cannot be read in print, the released code has 0.98. A warm-up helps
# where the first steps of AdamW are too large: its moments are means over few gradients then.
#
# ## 4 · SAM: a step back before the step
#
# The released training code does not step along the gradient at the weights $w$. It first walks *uphill*, to $w + \rho\, g
# / \lVert g \rVert$, takes the gradient there, returns, and steps with it (sharpness-aware minimisation, Foret et al.,
# 2021). The paper does not mention it. It costs two gradients a step.
#
# > **Exercise 2** · 8 minutes · core · *important: the released networks were trained by it.* `gradient(w)` gives the
# > gradient at any w. The length ‖g‖ is over all numbers of g together; it may be 0, so add 1e-12 before you divide. Then
# > step with plain gradient descent.


# %% id="sam-step"
def sam_step(weights, gradient, rho, rate):
    """weights of any shape -> the weights after one step"""
    ### BEGIN SOLUTION
    here = gradient(weights)
    uphill = gradient(weights + rho / (here.norm() + 1e-12) * here)
    return weights - rate * uphill
    ### END SOLUTION


check("full_training.sam_step", sam_step)

# %% id="hint-sam-step"
hint("full_training.sam_step")

# %% [markdown]
# Here is a loss with many minima: $\tfrac12 k(x)\,y^2$ is 0 everywhere on the line $y = 0$. The valley is steep on the left
# ($k$ near 8) and flat on the right ($k$ near 1). Plain gradient descent stops where it first reaches the line. Where does
# SAM go?

# %% id="valley"
descend = chosen("full_training.sam_step", sam_step, sam_step_of_pvlib)
paths = {}
for name, rho in (("gradient descent", 0.0), ("SAM, ρ = 0.5", 0.5)):
    point, path = torch.tensor([-1.5, 0.6]), []
    for _ in range(301):
        path.append(point.clone())
        point = descend(point, slope_in_valley, rho, 0.05)
    paths[name] = torch.stack(path)
flat = {name: curvature_of_valley(path[-1, 0]).item() for name, path in paths.items()}
show(*figures.valley(paths, every=10))

# %% [markdown]
# SAM does not stand still on the line: at a distance ρ across, the slope along the valley is not 0, and it points to
# where the valley is flat. So **SAM moves towards flat minima**; it is hoped that these are better on unseen faces. Two
# networks, trained alike but for SAM; then each is moved along a random direction away from its weights:

# %% id="guess-sam"
guess(
    "full_training.sam",
    "After a short training: around which network's weights does the loss rise less?",
    options=("plain", "SAM", "not distinguishable"),
)

# %% id="dashboard"
rows, handle = [], display(display_id=True)


def grow(epoch):
    """Add an epoch to the dashboard."""
    rows.append(row_of_epoch(vars(epoch)))
    content, metadata = bundle(None, *figures.dashboard(rows, epochs))
    handle.update(content, metadata=metadata, raw=True)


plain = switches.train("plain", seed, few, some, epochs=epochs, on_epoch=grow)
sharp = switches.train("SAM, ρ = 0.05", seed, few, epochs=epochs)

# %% id="along"
nearby = some.subset(torch.arange(200))
curves = {
    name: switches.losses_along(trained.network, nearby, seed)
    for name, trained in (("plain", plain), ("SAM", sharp))
}
show_still(*figures.along(switches.DISTANCES, curves))
stored = switches.stored_table()
risen = switches.differences(stored, "rise")["SAM, ρ = 0.05"]
is_clear = risen.low > 0 or risen.high < 0
reveal("full_training.sam", ("SAM" if risen.value < 0 else "plain") if is_clear else "not distinguishable")
print(
    f"rise of the loss nearby, SAM less plain, five seeds: {risen.value:+.3f} [{risen.low:+.3f}, {risen.high:+.3f}] nats"
)

# %% [markdown]
# ## 5 · What a setting costs, and what it buys
#
# One network with 0.18 million weights, 1,000 drawn faces, eight epochs. One setting at a time is changed; everything else
# stays; scored on 500 drawn validation faces. Five seeds, so that a difference has an interval. All 45 runs took 54 minutes
# on a busy processor: the table is from `python -m lessons.full_training.switches 5`, not from this notebook.

# %% id="guess-switches"
guess(
    "full_training.clear",
    "Of these eight settings: how many change the accuracy so much that the interval over five seeds leaves out zero?",
    low=0,
    high=8,
)

# %% id="switches"
changed = {measure: switches.differences(stored, measure) for measure in switches.MEASURES}
clear = sum(found.low > 0 or found.high < 0 for found in changed["accuracy"].values())
reveal("full_training.clear", clear)
display(Markdown(switches.as_markdown(stored)))
show_still(
    *figures.bought(
        {
            "accuracy": changed["accuracy"],
            "loss, nats": changed["loss"],
            "KL to the truth, nats": changed["kl"],
        }
    )
)

# %% [markdown]
# The first row is the plain run; the others are differences to it, ± their 95 % interval. Bold: the interval leaves out
# zero. With 32 differences, one or two are bold by chance. *Rise*: how much higher the loss is at a distance of 0.25 in the
# figure of section 4, over three directions. *time* is so rough, on a busy processor, that it ranks no setting.
#
# What can be said. **SAM**, with two gradients a step, ends in flatter places (−0.19 ± 0.07 nats of rise); its accuracy is
# not distinguishable from the plain run's after so few steps (−3.9 ± 4.6 points). Flatter is not better by itself: **larger
# changes of the faces** end flatter, too, and cost 20 ± 15 points in these eight epochs. A **warm-up** gains, by an
# interval that barely leaves out zero. The **moving average** of the weights has a loss that is higher by 0.018 ± 0.008. Of
# the other four, no accuracy is distinguishable from the plain run's; their intervals reach from −6.0 to +4.6 points.
#
# ## 6 · Half of the bits
#
# A bfloat16 has the range of a float32 and 8 bits of precision: two to three decimal digits. Convolutions and products of
# matrices in it are faster where the processor has units for it. The weights stay float32. Why?

# %% id="guess-lost"
guess(
    "full_training.lost",
    "1,000 weights near 0.1 change by 0.0001 (a small step of AdamW): how many would not change at all in bfloat16?",
    low=0,
    high=1000,
)

# %% id="lost"
weights = torch.cat([value.detach().flatten() for value in plain.network.parameters()])
near = weights[(weights.abs() > 0.05) & (weights.abs() < 0.15)]
stuck = (near.bfloat16() - torch.tensor(1e-4).bfloat16() == near.bfloat16()).double().mean().item()
reveal("full_training.lost", round(1000 * stuck))
print(
    f"{stuck:.1%} of {len(near):,} trained weights between 0.05 and 0.15; in float32: "
    f"{(near - 1e-4 == near).double().mean():.1%}"
)
print("in bfloat16, 256 + 1 =", (torch.tensor(256.0).bfloat16() + 1).item())

# %% [markdown]
# Between 0.0625 and 0.125 two neighbouring bfloat16 numbers are 0.0005 apart. A step of 0.0001 is rounded away, in every
# step again. So weights, moments, sums of a loss, means and variances stay float32; in `pvlib` so do the input, the head
# and its noise. Only convolutions and products compute in bfloat16 (`train.precision=bf16`). What it changes is in the
# table above.
#
# ## 7 · Several GPUs
#
# > **Exercise 3** · 5 minutes · core · *important: a run on other hardware is another run, unless these numbers fit.* Each
# > of `devices` GPUs takes `at_a_time` faces, `accumulate` times, before a step. How many faces has a step? By linear
# > scaling (Goyal et al., 2017) the rate grows with them: `base_rate` belongs to `base_batch` faces. Return both.


# %% id="plan"
def plan(at_a_time, devices, accumulate, base_batch, base_rate):
    """The faces of a step, and its learning rate."""
    ### BEGIN SOLUTION
    faces = at_a_time * devices * accumulate
    return faces, base_rate * faces / base_batch
    ### END SOLUTION


check("full_training.plan", plan)

# %% id="hint-plan"
hint("full_training.plan")

# %% id="plans"
planned = chosen("full_training.plan", plan, plan_of_goyal)
for gpus, parts in ((1, 1), (1, 4), (4, 1), (8, 2)):
    step_faces, step_rate = planned(12, gpus, parts, 48, 3e-4)
    print(
        f"{gpus} GPU(s) × 12 faces × {parts}: {step_faces:3d} faces a step, rate {step_rate:.2e}, "
        f"{24_752 // step_faces} steps an epoch"
    )

# %% [markdown]
# Linear scaling is a rule of thumb for plain gradient descent; for AdamW a square root is also used. In `pvlib`
# `train.batch_size` counts the faces of a step over *all* processes, so with more GPUs nothing else needs to change: `pvlib
# train PRESET --devices 4`. `train.accumulate` needs less memory for the same step, but each part is normalised by its own
# statistics.
#
# ## 8 · Before it starts: hours and memory
#
# One step tells both. Seconds are measured. Memory is counted: 16 bytes for each trained weight (weight,
# gradient, two moments of AdamW), and what the forward pass keeps for the backward pass. The landmark network's million
# weights is frozen.

# %% id="guess-days"
guess(
    "full_training.days",
    "FER+ at paper size from nothing (24,752 faces, 40 epochs) on the processor of this machine: how many hours?",
    low=0,
    high=1000,
)

# %% id="forecast"
config = replace(config, train=replace(config.train, precision=fast_precision(device)))
wanted = config.network.as_size()
network = Poster(wanted, 8).to(device)
asked = forecast(network, config, training=24_752, watched=3_199, device=device, devices=devices, tried=2)
best = peak(device, config.train.precision)
print(f"trained weights: {sum(w.numel() for w in network.parameters() if w.requires_grad) / 1e6:.1f} million")
print(f"a face in training: {asked.seconds_a_face:.3f} s, {asked.operations_a_face / 1e9:.1f} GFLOP")
print(
    f"memory: {asked.bytes_of_weights / 1e9:.2f} GB for weights, {asked.bytes_a_face / 1e9:.3f} GB for each of "
    f"{asked.faces_at_a_time} faces at a time, {asked.gigabytes:.1f} GB together"
)
print(
    f"share of this machine's peak (product of two matrices, {config.train.precision}): "
    f"{asked.operations_a_face / asked.seconds_a_face / best:.0%}"
)
print(f"all of it here: about {in_words(asked.seconds)}")
reveal("full_training.days", min(round(asked.seconds / 3600), 1000))
gigabytes, gigaflop = asked.gigabytes, asked.operations_a_face / 1e9
del network

# %% [markdown]
# The forward pass alone has 17.2 GFLOP a face at 224 pixels (the paper's "8.4 G FLOPs" counts multiply-adds); a step has
# about three times as many, since the backward pass computes two gradients for each product.
#
# ## 9 · The run itself
#
# With `profile="full"` the next cell trains your file by the preset above, after it has refused what does not fit.
# Otherwise it shows a run that was really made: the weights that ship with this course.

# %% id="full-run"
if full:
    refuse_what_does_not_fit(asked, device)
    out = folder or f"runs/{Path(preset).stem}"
    typed = ["train", preset, f"data.root={data}", f"seed={seed}", "--out", out, "--devices", str(devices)]
    plug.show_lines(typed)
    run = rows_of_run(Path(out))
    print(f"your run, {out}")
else:
    run = record_of_ferplus()
    print(
        "a record: pvlib train ferplus-tiny, seed 0, 24,752 faces of FER+, one thread of a processor, 124 to 159 s an epoch"
    )
show(*figures.moving_dashboard(run, figures.dashboard(run, len(run))))

# %% [markdown]
# Look at three things: the accuracy hardly changes in the last four epochs, where the rate is nearly zero; the mean class
# accuracy stays far below it, since the network misses most of disgust, fear and contempt, 3 % of the validation faces; σ
# falls in the first three epochs and then stays between 0.05 and 0.08 ({link:first_training}). The loss was not kept.
#
# ## 10 · Where two runs part
#
# A usual script takes all random numbers from one stream. A small network with dropout is stopped after ten of twenty
# steps (0 to 9), and a new process goes on from step 10 with a part of the state. Each run keeps the loss of every step.

# %% id="guess-parted"
guess(
    "full_training.parted",
    "Everything is kept but AdamW's moments. At which step is a loss the first to differ from the run in one piece?",
    low=0,
    high=19,
)

# %% [markdown]
# > **Exercise 4** · 6 minutes · stretch · *important: the step at which two runs part says what was forgotten.* `one` and
# > `other` are lists of losses. Return the number of the first step, from 0, at which they differ in any bit, and −1 if
# > they never do. One list may be longer: then only the steps that both have count. NaN beside NaN is no difference.


# %% id="parted"
def parted(one, other):
    """The first step at which two runs differ."""
    ### BEGIN SOLUTION
    for step, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b and not (math.isnan(a) and math.isnan(b)):
            return step
    return -1
    ### END SOLUTION


check("full_training.parted", parted)

# %% id="hint-parted"
hint("full_training.parted")

# %% id="partings"
parting_step = chosen("full_training.parted", parted, parting_of)
in_one_piece = parting.losses(seed, stopped=None)
partings = {}
for what in ("nothing", *parting.STATE):
    partings[what] = parting_step(in_one_piece, parting.losses(seed, [what]))
    said = "never" if partings[what] < 0 else f"at step {partings[what]}"
    print(f"{what} forgotten: the losses part {said}")
reveal("full_training.parted", partings["moments"])

# %% [markdown]
# Without the random numbers the first loss after the stop already has another dropout. Without the moments that loss is
# still the same, since it is computed before the first update; the next one differs.
#
# ## 11 · Try to break it

# %% id="break-it"
for what, attempt in {
    "a rate of 1e4": lambda: fit(
        Poster(switches.SIZE, 8), little, replace(short, learning_rate=1e4), show_progress=False
    ),
    "a label distribution that sums to 2": lambda: fit(
        Poster(switches.SIZE, 8),
        Faces(little.images, 2 * little.target, little.names),
        short,
        show_progress=False,
    ),
    "steps larger than the data": lambda: fit(
        Poster(switches.SIZE, 8), little, replace(short, batch_size=200), show_progress=False
    ),
    "a cosine that is all warm-up": lambda: TrainConfig(epochs=3, schedule="cosine", warmup=3.0),
}.items():
    try:
        attempt()
        print(f"{what}: nothing is said")
    except CourseError as error:
        print(f"{what}: {error}\n")

# %% [markdown]
# Each is refused with one message that says what to do, before the first step where that can be known.
#
# Now yours; guess before you run each.
#
# - `switches.train("plain", seed, few, some, epochs=6, clip=0.1)`: does a limit on the gradient's norm change the accuracy?
#   Is the difference larger than the intervals of section 5?
# - In section 4: ρ = 0.1 and ρ = 1.0 in the valley. What happens to the way along it, and to the distance from the line?
# - `pvlib train drawn-tiny --out runs/mine` in a terminal; press Ctrl+C in the middle; give the command again. Then again
#   with `train.learning_rate=2e-3`: what is said?
# - `select=test`: the epoch is chosen on the scored faces, as the released code does. Terminal, checkpoint and report say
#   so in red. In a published log of POSTER that choice was worth 0.30 points (91.75 ± 0.12 at the last epochs, 92.05 the
#   best).
#
# ## Common misconceptions
#
# - *"A fixed seed makes a run repeatable."* Only with the same order of random numbers, the same threads and the same
#   versions. And a run that goes on must find its place in that order.
# - *"The weights are the checkpoint."* Without AdamW's moments and the position it is another run.
# - *"SAM finds flatter minima, so it is better."* The first is what it does in the valley; the second is a hope, and
#   section 5 has the difference with its interval.
# - *"bfloat16 halves everything."* Weights, moments and sums stay float32.
# - *"Twice the GPUs, half the time, same result."* The faces of a step double too, unless the batch is divided among them.
#
# ## Recap in five lines
#
# 1. A checkpoint holds everything that the next step needs, and is written in one step.
# 2. Random numbers that depend on the position alone need not be stored: a run that was killed ends with the same bits.
# 3. One config file says everything; what it does not know is refused.
# 4. A setting is worth what its interval over seeds says; flatter is not better by itself.
# 5. One step tells hours and memory beforehand.
#
# ## What the paper claims, what the code does, what we measured
#
# | | paper (Table 1) | released code | this lesson |
# |---|---|---|---|
# | optimiser | AdamW | SAM (ρ = 0.05) around AdamW | both, five seeds |
# | schedule | exponential, factor unreadable | 0.98 an epoch | 0.72 in eight epochs |
# | epochs | 300, 200 on FER+ | the same, the best epoch on the scored split | 8, the last one |
# | stop and go on | not stated | weights and AdamW's state, random numbers start anew | the same bits |
# | precision | not stated | float32 | float32; bfloat16 is one row of the table |
# | GPU | one RTX 3090 | – | none was at hand: the record is of a small network on a processor |

# %% id="record" jupyter={"source_hidden": true}
record(
    bit_identical=float(bit_identical),
    forgetful_difference=abs(forgotten - remembered),
    curvature_of_descent=flat["gradient descent"],
    curvature_of_sam=flat["SAM, ρ = 0.5"],
    plain_accuracy=plain.history[-1].metrics["accuracy"],
    plain_sigma=plain.history[-1].metrics["mean_sigma"],
    plain_loss=plain.history[-1].loss,
    sam_loss=sharp.history[-1].loss,
    rise_plain=(curves["plain"][[0, -1]].mean() - curves["plain"].min()).item(),
    rise_sam=(curves["SAM"][[0, -1]].mean() - curves["SAM"].min()).item(),
    rise_of_sam_five_seeds=risen.value,
    clear_switches=clear,
    lost_in_bfloat16=stuck,
    gigaflop_a_face=gigaflop,
    parted_without_random_numbers=partings["random numbers"],
    parted_without_moments=partings["moments"],
    parted_with_all=partings["nothing"],
    ferplus_accuracy=run[-1]["accuracy"],
)

# %% [markdown]
# ## Ten questions
#
# Answer each aloud before you open it.
#
# <details><summary>1. What must a checkpoint hold so that a run can go on with the same bits?</summary>Weights, statistics
# of batch normalisation, the optimizer's moments, and the position, from which random numbers and the rate
# follow.</details>
# <details><summary>2. Why is the new checkpoint first written beside the old one?</summary>A run that is killed while it
# writes must still find one that is whole; taking over the name is one step.</details>
# <details><summary>3. Why does `pvlib` seed the generator anew in every step?</summary>Then random numbers depend on seed,
# epoch and step alone, and not on what was sampled before; nothing random must be stored.</details>
# <details><summary>4. With another number of threads, are the bits the same?</summary>No: sums are added in another order,
# and float32 addition is not associative.</details>
# <details><summary>5. What does a warm-up change, and for how long?</summary>The rate is multiplied by done / warmup until
# that many epochs are done; then the factor stays 1.</details>
# <details><summary>6. Which two gradients does SAM take, and from where does it step?</summary>One at the weights, which
# gives the way uphill; one at w + ρ g/‖g‖. It steps from the weights with the second.</details>
# <details><summary>7. Why does SAM move along a valley where the loss is 0 everywhere?</summary>It takes its gradient at a
# distance ρ across the valley, where the slope along it points to where it is flatter.</details>
# <details><summary>8. Why do weights stay float32 when products are bfloat16?</summary>A small step is less than half the
# distance of two neighbouring bfloat16 numbers, so it would be rounded away each time.</details>
# <details><summary>9. 4 GPUs, 12 faces at a time, 2 parts: how many faces has a step, and which rate if 3e-4 belongs to
# 48?</summary>96, and 6e-4 by linear scaling.</details>
# <details><summary>10. Which memory grows with the faces at a time, and which does not?</summary>What is kept for the
# backward pass grows. Weights, gradients and moments, 16 bytes a weight, do not.</details>
#
# **Next** (coming): the referee reads results like these, the paper's tables first.

# %% [markdown]
# # {number} · {title}
#
# **The question.** POSTER-Var replaces its last linear layer by two, and calls the result variational
# inference. What does that head compute, what is left of it at test, and what does its σ learn?
#
# **After this lesson you can**
# - build the paper's head (VICH), and the conventional latent-plus-classifier head, and say how they are
#   related;
# - predict what both layers output before the first training step;
# - read the learned normals of a face;
# - test a claim about σ against faces whose ambiguity you know.
#
# **You need** {link:reparameterization} (the reparameterised draw, the divergence), `nn.Module`, cross-entropy.
#
# **Time.** About 60 minutes with the exercises. The cells run in about 45 seconds on a laptop's CPU; a GPU
# would not help, the networks are tiny.
#
# **In the paper.** The section on the variational inference classification head, equation 5, and Figure 5
# of POSTER-Var (Lv, Zhang, Tsoi, *Sci Rep* 16, 7323, 2026).

# %% id="parameters" tags=["parameters"]
profile = "reduced"  # "full" draws six times the faces and trains five seeds
seed = 0
divergence_weight = 0.1  # λ of the Gaussian divergence

# %% id="setup"
import numpy as np
import torch
from torch import nn
from torchmetrics.functional import spearman_corrcoef

from poster_var_course import record
from poster_var_course.checks import check, hint
from drawnfaces import Identity, Pose, draw_face, to_action_units
from pvlib.data.drawn import draw_faces
from drawnfaces.anatomy import build
from drawnfaces.render import landmarks as find_landmarks
from pvlib.data.labels import FERPLUS
from pvlib.data.transforms import normalise
from lessons.variational_head import figures
from pvlib.figures.faces import contact_sheet
from pvlib.figures.interactive import show, show_still
from pvlib.losses import Objective, cross_entropy
from pvlib.models import PointHead, VariationalHead, poster_var
from pvlib.models.heads import monte_carlo_probabilities

torch.set_num_threads(1)  # these tensors are so small that a second thread only costs time
torch.manual_seed(seed)
classes = len(FERPLUS)
seeds = range(seed, seed + (5 if profile == "full" else 2))
share = 6 if profile == "full" else 1
train_faces = draw_faces(1000 * share, seed=seed)
test_faces = draw_faces(300 * share, seed=seed + 1)

# %% [markdown]
# ## 1 · Faces that one number per class cannot describe
#
# The course's drawn faces come with their truth: the exact mixture of expressions, and the votes of ten
# simulated raters.


# %% id="ambiguity" jupyter={"source_hidden": true}
def entropy(probabilities):
    """In nats, over the last dimension; 0 where one class has everything."""
    return -(probabilities * probabilities.clamp_min(1e-12).log()).sum(dim=-1)


ambiguity = entropy(test_faces.mixture)  # (faces,), of the true mixture
order = ambiguity.argsort()
shown = torch.cat([order[:4], order[-4:]])  # the four clearest and the four most ambiguous


def votes_of(i):
    """The two leading classes of a face and their votes, as a caption."""
    votes, leaders = test_faces.votes[i, :classes].int().topk(2)
    return "\n".join(f"{FERPLUS[c]} {v}" for v, c in zip(votes.tolist(), leaders.tolist(), strict=True))


captions = [votes_of(i) for i in shown.tolist()]
show_still(
    contact_sheet(test_faces.subset(shown), captions=captions),
    "Four clear and four ambiguous drawn faces with their leading votes: "
    + "; ".join(caption.replace("\n", ", ") for caption in captions),
)

# %% [markdown]
# The left four are clear; about the right four the raters disagree. An ordinary head, one linear layer,
# says *where* each logit is, and softmax turns the logits into shares. It has no number for how *sure* it
# is of a logit. It is tempting to give every logit a spread, and to hope that the spread grows on the
# right-hand faces. Build it first, then put the hope to the test.
#
# **The features.** In POSTER-Var the head reads 768 numbers that a large network distils from the image. So
# that we can train in seconds, a small network on the 68 landmarks stands in for it. The head does not
# notice.


# %% id="features"
def shape_of(landmarks):
    """Landmarks without place and size: (faces, 68, 2) -> (faces, 136)."""
    centred = landmarks - landmarks.mean(dim=1, keepdim=True)  # (faces, 68, 2)
    return (centred / centred.std(dim=(1, 2), keepdim=True)).flatten(1)


shapes = shape_of(train_faces.landmarks)
centre, scale = shapes.mean(dim=0), shapes.std(dim=0)
train_inputs = (shapes - centre) / scale  # (1000, 136)
test_inputs = (shape_of(test_faces.landmarks) - centre) / scale  # (300, 136)

# %% [markdown]
# ## 2 · Build it: the paper's head
#
# $$z = \mu + \exp(\tfrac12\log\sigma^2)\odot\varepsilon \quad\text{in training},\qquad
#   z = \mu \quad\text{at test}.$$
#
# Two linear layers read the same features. The sampled z **is** the vector of logits: softmax follows,
# nothing else.
#
# > **Exercise 1** · 10 minutes · easy. Write the module. Call the layers `mean` and `log_variance`.


# %% id="variational-head"
class MyVariationalHead(nn.Module):
    """(batch, features) -> logits (batch, classes): a draw in training, the mean at test."""

    def __init__(self, features, classes):
        super().__init__()
        ### BEGIN SOLUTION
        self.mean = nn.Linear(features, classes)
        self.log_variance = nn.Linear(features, classes)
        ### END SOLUTION

    def forward(self, features):
        ### BEGIN SOLUTION
        mean = self.mean(features)  # (batch, classes)
        if not self.training:
            return mean
        sigma = (0.5 * self.log_variance(features)).exp()  # (batch, classes)
        return mean + sigma * torch.randn_like(mean)
        ### END SOLUTION


# %% id="check-variational-head"
check("variational_head.variational_head", MyVariationalHead)

# %% [markdown]
# The check gave your head the weights of `pvlib.models.VariationalHead` and compared draws. Three hints
# wait here:

# %% id="hint-variational-head"
hint("variational_head.variational_head")

# %% [markdown]
# Drawn in training, still at test: call the same head twice in each mode.

# %% id="modes"
head, features = VariationalHead(16, classes), torch.randn(1, 16)
for mode in ("train", "eval"):
    getattr(head, mode)()
    with torch.no_grad():
        first, second = head(features), head(features)
    print(f"{mode:5s}: two calls differ by up to {(first - second).abs().max():.2f}")

# %% [markdown]
# So at test the second layer is not even read: the released network carries σ through training and then
# never shows it.
#
# ## 3 · Build it: the conventional head
#
# Variational classifiers usually draw a *latent* z of some other size and put a classifier behind it:
#
# $$z = \mu + \sigma\odot\varepsilon \in \mathbb R^L, \qquad \text{logits} = Wz + b \in \mathbb R^C.$$
#
# > **Exercise 2** · 10 minutes · easy. Write this one too, with a third layer `classifier`.


# %% id="latent-head"
class MyLatentHead(nn.Module):
    """(batch, features) -> logits (batch, classes) through a sampled latent (batch, latent)."""

    def __init__(self, features, latent, classes):
        super().__init__()
        ### BEGIN SOLUTION
        self.mean = nn.Linear(features, latent)
        self.log_variance = nn.Linear(features, latent)
        self.classifier = nn.Linear(latent, classes)
        ### END SOLUTION

    def forward(self, features):
        ### BEGIN SOLUTION
        z = self.mean(features)  # (batch, latent)
        if self.training:
            z = z + (0.5 * self.log_variance(features)).exp() * torch.randn_like(z)
        return self.classifier(z)  # (batch, classes)
        ### END SOLUTION


check("variational_head.latent_head", MyLatentHead)

# %% [markdown]
# How are the two related? A linear map of a Gaussian is a Gaussian: the conventional logits are
# $\mathcal N(W\mu + b,\ W\,\mathrm{diag}(\sigma^2)\,W^\top)$. Two consequences, tested on `pvlib`'s parts
# (its conventional head is a `VariationalHead` with a linear layer behind it):

# %% id="relation"
latent_head = nn.Sequential(VariationalHead(16, classes), PointHead(classes, classes))
with torch.no_grad():
    latent_head[1].weight.copy_(torch.eye(classes)), latent_head[1].bias.zero_()
    torch.manual_seed(seed)
    through_latent = latent_head(features)
    torch.manual_seed(seed)
    direct = latent_head[0](features)
print("with W = I and b = 0 the conventional head is the paper's:", torch.equal(through_latent, direct))


def strongest_correlation(head):
    """The largest correlation between the logits of two classes over many draws for one face."""
    with torch.no_grad():
        logits = head(torch.randn(1, 16).expand(20_000, 16))  # (20000, 8)
    return torch.corrcoef(logits.T).fill_diagonal_(0).abs().max().item()


conventional = nn.Sequential(VariationalHead(16, 64), PointHead(64, classes))
for name, one in [("the paper's head", VariationalHead(16, classes)), ("latent of 64 numbers", conventional)]:
    print(f"{name:20s}: logits correlate by up to {strongest_correlation(one):.2f}")

# %% [markdown]
# The paper's head is the special case W = I. It cannot say "happy or surprised, but surely not sad" in its
# *noise*: each logit trembles alone. In exchange it is small, and every σ belongs to an expression by name.
#
# ## 4 · Before the first step
#
# The released network starts the head's weights at $\mathcal N(0, 0.01^2)$, biases at 0.
#
# > **Exercise 3** · 10 minutes · medium. How large are the means of an untrained head? The features have
# > root mean square `feature_rms`.


# %% id="initial-spread"
def initial_spread(width, weight_std, feature_rms):
    """The standard deviation of the outputs of an untrained linear layer without bias."""
    ### BEGIN SOLUTION
    return weight_std * feature_rms * width**0.5
    ### END SOLUTION


check("variational_head.initial_spread", initial_spread)

# %% [markdown]
# Now the whole network at paper size, untrained, on four drawn faces. (Eight outputs would be too few to
# measure a spread on, so it gets 200.)

# %% id="step-zero"
network = poster_var(num_classes=200).eval()  # 44 million parameters
pictures = normalise(test_faces.images[:4])  # (4, 3, 48, 48)
with torch.no_grad():
    features = network.forward_features(pictures)  # (4, 768)
    start = network.head.distribution(features).base_dist
feature_rms = features.square().mean().sqrt().item()
start_mean, start_sigma = start.loc.std().item(), start.scale.mean().item()
print(f"features: {features.shape[1]} numbers of size {feature_rms:.2f}")
print(f"formula for the spread of the means: {0.01 * feature_rms * features.shape[1] ** 0.5:.3f}")
print(f"measured: means spread {start_mean:.3f}, σ {start_sigma:.3f}")
del network

# %% [markdown]
# Noise of size 1 on a signal of 0.15. In the first steps the loss sees hardly anything but ε; the means
# must grow, or σ must shrink. Which of the two happens?
#
# ## 5 · Train it
#
# The same small network under four losses: the cross-entropy alone (as the released configurations do);
# with the released random prior; with λ times the Gaussian divergence; and the Kendall–Gal likelihood,
# which averages *probabilities* over ten draws before it takes the log. Targets are the raters' votes.


# %% id="train"
def build_network():
    """136 landmark numbers -> two hidden layers -> the variational head, which starts as released."""
    head = VariationalHead(128, classes)
    for layer in (head.mean, head.log_variance):
        nn.init.trunc_normal_(layer.weight, std=0.01)
        nn.init.zeros_(layer.bias)
    return nn.Sequential(nn.Linear(136, 128), nn.GELU(), nn.Linear(128, 128), nn.GELU(), head)


def distribution_of(network, inputs):
    """The head's normals: means and σ, (faces, classes) each."""
    return network[-1].distribution(network[:-1](inputs))


def train(objective, seed, epochs=40):
    """Train one network; everything random follows from the seed."""
    torch.manual_seed(seed)
    network = build_network()
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimiser, 0.95)
    for _ in range(epochs):
        for batch in torch.randperm(len(train_inputs)).split(64):
            normals = distribution_of(network, train_inputs[batch])
            loss = objective(normals.rsample(), train_faces.target[batch], normals)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        schedule.step()
    return network.eval()


objectives = {
    "none": Objective(),
    "released": Objective(divergence="released", weight=1.0),
    "gaussian": Objective(divergence="gaussian", weight=divergence_weight),
    "kendall_gal": Objective(likelihood="kendall_gal", samples=10),
}
networks = {name: [train(objective, s) for s in seeds] for name, objective in objectives.items()}

# %% [markdown]
# Four questions to each network, on faces it never saw: how often is it right; how well does it predict the
# votes (NLL, lower is better); how large is σ; and how does σ, averaged over the classes, rank the faces
# compared with their true ambiguity (Spearman: +1 same order, −1 reversed, 0 unrelated)? Beside it the same
# for a plain quantity that needs no σ: the entropy of softmax(μ).


# %% id="measure"
def measure(network):
    """Accuracy, NLL, mean σ, and the rank correlation of two uncertainties with the true ambiguity."""
    with torch.no_grad():
        normal = distribution_of(network, test_inputs).base_dist
    right = normal.loc.argmax(dim=1) == test_faces.mixture.argmax(dim=1)
    return {
        "accuracy": right.float().mean().item(),
        "nll": cross_entropy(normal.loc, test_faces.target).item(),
        "sigma": normal.scale.mean().item(),
        "rank_sigma": spearman_corrcoef(normal.scale.mean(dim=1), ambiguity).item(),
        "rank_entropy": spearman_corrcoef(entropy(normal.loc.softmax(dim=1)), ambiguity).item(),
    }


measured = {}
print(f"{'mean of ' + str(len(seeds)) + ' seeds':14s}accuracy    NLL   mean σ   rank of σ   rank of entropy")
for name, trained in networks.items():
    runs = [measure(network) for network in trained]
    row = {key: sum(run[key] for run in runs) / len(runs) for key in runs[0]}
    measured[name] = row
    print(
        f"{name:14s}{row['accuracy']:8.3f}{row['nll']:7.3f}{row['sigma']:9.3f}"
        f"{row['rank_sigma']:+12.2f}{row['rank_entropy']:+18.2f}"
    )

# %% [markdown]
# Read the columns before you read on.
#
# - **Mean σ.** Without a divergence it has all but vanished. The released prior does not save it: that term
#   looks at the softmax and never at log σ². Only the Gaussian divergence keeps σ near 1, because it asks
#   for exactly that.
# - **Rank of σ.** No σ ranks the ambiguous faces nearly as well as the plain entropy does. Where it ranks
#   them the right way round, it is too small to matter. Where it is large, with the Gaussian divergence at
#   λ = 0.1, the sign is reversed: σ tends to be *smaller* where raters disagree. (The average over eight
#   classes blurs this, and with a smaller λ it comes out near 0; section 7 looks at each logit by itself.)
# - **Accuracy.** A few faces either way. Do not pick a loss by that.
#
# ## 6 · See it: the learned normals of one face
#
# Figure 5 of the paper shows the normals of a single face. Here is one, and it moves: one person slides
# from happiness to anger. Every curve has the same height, so only its place (μ) and width (σ) speak. In
# colour: trained with the Gaussian divergence. Thin dark lines: trained without. (Point at the picture to
# wake its slider.)

# %% id="normals"
steps = 11
between = np.linspace(0, 1, steps)
mixtures = np.zeros((steps, classes))
mixtures[:, FERPLUS.index("happiness")], mixtures[:, FERPLUS.index("anger")] = 1 - between, between
pictures = torch.stack([torch.from_numpy(draw_face(mixture=m, size=128)) for m in mixtures])
points = np.stack([find_landmarks(build(to_action_units(m), Identity()), Pose(), 48) for m in mixtures])
inputs = (shape_of(torch.from_numpy(points).float()) - centre) / scale  # (11, 136)


def normals_of(network):
    """Means and σ of the eleven faces, (11, 8) each."""
    with torch.no_grad():
        normal = distribution_of(network, inputs).base_dist
    return normal.loc, normal.scale


labels = [f"{1 - share:.0%} happiness, {share:.0%} anger" for share in between]
show(
    *figures.normals(
        pictures, labels, normals_of(networks["gaussian"][0]), normals_of(networks["none"][0]), FERPLUS
    )
)

# %% [markdown]
# The means do what one hopes: happiness walks left, anger walks right. And the widths? Look at the leading
# class at either end: it has the *narrowest* curve. The widest belong to the classes that are out of the
# question.
#
# ## 7 · Why: what the divergence really asks for
#
# Noise on logit k costs cross-entropy; to second order
# $\partial\,\mathbb E[\mathrm{CE}]/\partial\sigma_k^2 = \tfrac12\,\mathbb E[p_k(1-p_k)]$. It is never
# negative. Alone, it drives every σ to 0, whatever the face: that was the row "none". The Gaussian
# divergence pulls back with $\tfrac\lambda2(1 - 1/\sigma_k^2)$, and the two balance at
#
# $$\sigma_k^2 = \frac{\lambda}{\lambda + \mathbb E[p_k(1-p_k)]}.$$
#
# $p_k(1-p_k)$ is largest for an undecided class. So theory says: **smallest σ where the class is most
# undecided.** Every face and class of the test set, against that curve:

# %% id="theory"
with torch.no_grad():
    distribution = distribution_of(networks["gaussian"][0], test_inputs)
    p = torch.stack([distribution.rsample().softmax(dim=-1) for _ in range(100)])  # (100, faces, classes)
undecided = (p * (1 - p)).mean(dim=0).flatten()  # (faces × classes,)
variance = distribution.base_dist.scale.square().flatten()
show_still(*figures.variance_and_theory(undecided, variance, divergence_weight))
rank_undecided = spearman_corrcoef(variance, undecided).item()
print(f"rank correlation of σ² with E[p(1−p)]: {rank_undecided:+.2f}")

# %% [markdown]
# This σ is a well-behaved quantity. It is just not the uncertainty of the face; logit by logit it is closer
# to an inverse. A later lesson puts the question to real faces and votes, with more seeds, ensembles and
# dropout.
#
# ## 8 · Exercise: the mean, or the average over draws?
#
# At test the paper uses softmax(μ). A Bayesian would average the softmax over draws,
# $\frac1S\sum_s \mathrm{softmax}(z_s)$.
#
# > **Exercise 4** · 10 minutes · medium. Write the average; `noise` is (samples, batch, classes).


# %% id="monte-carlo"
def monte_carlo(mean, log_variance, noise):
    """The probabilities averaged over draws: (batch, classes)."""
    ### BEGIN SOLUTION
    draws = mean + (0.5 * log_variance).exp() * noise  # (samples, batch, classes)
    return draws.softmax(dim=-1).mean(dim=0)
    ### END SOLUTION


check("variational_head.monte_carlo", monte_carlo)

# %% [markdown]
# Which predicts the votes better? Guess first; the training loss saw draws, never the mean.

# %% id="mean-or-draws"
nll_of_draws = {}
for name, trained in networks.items():
    with torch.no_grad():
        averages = [monte_carlo_probabilities(distribution_of(n, test_inputs), samples=100) for n in trained]
    values = [cross_entropy(average.log(), test_faces.target).item() for average in averages]
    nll_of_draws[name] = sum(values) / len(values)
    print(f"{name:14s} NLL of softmax(μ) {measured[name]['nll']:.3f}   of 100 draws {nll_of_draws[name]:.3f}")

# %% [markdown]
# Where σ has vanished the two are the same thing. Where it has not, averaging flattens the probabilities,
# which helps a network that is too sure of itself and hurts one that is not.
#
# ## 9 · Try to break it
#
# **Forget `.eval()`.** The commonest bug with this head, and a silent one. What does one draw cost?

# %% id="break-eval"
network = networks["gaussian"][0]
truth = test_faces.mixture.argmax(dim=1)
with torch.no_grad():
    normal = distribution_of(network, test_inputs).base_dist
    still = (network.eval()(test_inputs).argmax(dim=1) == truth).float().mean().item()
    drawn = [(network.train()(test_inputs).argmax(dim=1) == truth).float().mean().item() for _ in range(20)]
    network.eval()
    forgotten = sum(drawn) / len(drawn)
    print(f"accuracy with .eval() {still:.3f}, without {forgotten:.3f}")
    for factor in (0.5, 2.0, 4.0):
        louder = normal.loc + factor * normal.scale * torch.randn(20, *normal.loc.shape)  # (20, faces, 8)
        print(f"  noise × {factor}: {(louder.argmax(dim=-1) == truth).float().mean():.3f}")

# %% [markdown]
# Break it further yourself: run the lesson with another λ (`pvlib run variational_head -p divergence_weight=0.01`).
# Predict the mean σ from the formula of section 7 before you look.
#
# ## Common misconceptions
#
# - *"The head learns the uncertainty of the face."* Nothing in the loss asks for it. See section 7.
# - *"Noise in the logits makes the prediction probabilistic at test."* At test σ is not read at all.
# - *"A variational head needs a decoder."* Here z itself is the logits; there is nothing to reconstruct.
# - *"A KL term keeps σ alive."* A KL **on σ** does. The released one acts on the softmax, and σ still
#   collapses.
# - *"σ near 1 means the head is unsure."* It means the prior is N(0, 1) and the class was not in doubt.
#
# ## Recap in five lines
#
# 1. VICH: two linear layers, $z = \mu + \exp(\tfrac12\log\sigma^2)\,\varepsilon$ in training, μ at test; z
#    is the logits.
# 2. It is the conventional latent head with W = I: independent noise, one σ for each named expression.
# 3. It starts as almost pure noise: means of spread about 0.15 against σ = 1.
# 4. Without a divergence on σ, σ collapses; with the Gaussian one,
#    $\sigma_k^2 \approx \lambda/(\lambda + \mathbb E[p_k(1-p_k)])$.
# 5. So σ is not an uncertainty of the face; plain softmax entropy ranks ambiguity far better.
#
# ## What the paper claims, what we measured
#
# The paper calls z the intensities of the expressions, draws the learned normals of a face in Figure 5, and
# credits the head with 0.26 points on RAF-DB (92.50 to 92.76 %: 8 of 3068 faces), 0.25 on AffectNet-7 and
# on AffectNet-8, 0.20 on FER+. One standard error on RAF-DB is 0.47 points. Our means did behave like
# intensities. Our spreads did not behave like uncertainties, under any of four losses, on drawn faces with
# known ambiguity. We measured on landmarks, on a tiny network, with few seeds; a later lesson repeats it
# at scale. Your run's numbers:

# %% id="record"
record(
    **{f"{name}_{key}": value for name, row in measured.items() for key, value in row.items()},
    **{f"{name}_nll_of_draws": value for name, value in nll_of_draws.items()},
    start_mean=start_mean,
    start_sigma=start_sigma,
    rank_variance_with_undecided=rank_undecided,
    accuracy_forgotten_eval=forgotten,
)

# %% [markdown]
# **Next:** {link:first_training} puts this head on a network that reads faces.

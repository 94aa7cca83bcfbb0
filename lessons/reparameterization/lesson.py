# %% [markdown]
# # {number} · {title}
#
# **The question.** A variational head does not compute its logits, it *draws* them. How can the loss of one
# random draw tell the network where the next draw should fall?
#
# **After this lesson you can**
# - show why `.sample()` stops the gradient, and say what is missing;
# - compare two honest ways around it, and measure how much noisier one of them is;
# - write the reparameterised draw and its gradient by hand;
# - derive, write and test the divergence of a Gaussian from N(0, I);
# - say why the network predicts log σ² and not σ.
#
# **You need** tensors, `backward()` and the normal distribution. Nothing about faces yet.
#
# **Time.** About 50 minutes with the exercises. The cells run in about 20 seconds on a laptop's CPU; a GPU
# would not help, the tensors are tiny.
#
# **In the paper.** Equation 5 of POSTER-Var (Lv, Zhang, Tsoi, *Sci Rep* 16, 7323, 2026), the head called
# VICH: $z = \mu + \exp(\tfrac12 \log \sigma^2) \odot \varepsilon,\ \varepsilon \sim \mathcal N(0, I)$. The
# idea is older: Kingma & Welling (2014).

# %% id="parameters" tags=["parameters"]
profile = "reduced"  # "full" repeats every measurement ten times as often
seed = 0

# %% id="setup"
import torch
import torch.nn.functional as F
from torch.distributions import Independent, Normal

from pvlib import losses
from poster_var_course import record
from poster_var_course.checks import check, hint
from lessons.reparameterization import figures
from pvlib.figures.interactive import show, show_still
from pvlib.models.heads import VariationalHead

torch.manual_seed(seed)
draws = 40_000 if profile == "full" else 4_000
classes = 8  # the expressions of FER+

# %% [markdown]
# ## 1 · A draw that says nothing back
#
# Eight logits, all with mean 0 and σ = 1. We draw them, take the cross-entropy against class 0, and ask for
# the gradient of the means.

# %% id="blocked"
mean = torch.zeros(classes, requires_grad=True)
logits = Normal(mean, 1.0).sample()  # (8,)
loss = F.cross_entropy(logits, torch.tensor(0))
print("does the draw know where it came from?", logits.requires_grad)
try:
    loss.backward()
except RuntimeError as error:
    print("backward says:", str(error).split("\n")[0])

# %% [markdown]
# `.sample()` hands us a number and forgets how it was made. Yet the *expected* loss plainly depends on the
# means. Nudge the first one up and down, with the same random numbers on both sides, and look.

# %% id="finite-difference"
label = torch.zeros(draws, dtype=torch.int64)  # class 0, once for every draw


def expected_loss(first_mean: float) -> float:
    """The mean loss over many draws when the first of the eight means is moved."""
    generator = torch.Generator().manual_seed(seed)  # the same draws whichever mean we try
    logits = torch.randn(draws, classes, generator=generator)  # (draws, 8)
    logits[:, 0] += first_mean
    return F.cross_entropy(logits, label).item()


step = 0.05
slope = (expected_loss(step) - expected_loss(-step)) / (2 * step)
print(f"slope of the expected loss: {slope:.3f}   (exact: {-(1 - 1 / classes):.3f})")

# %% [markdown]
# The exact value needs no measuring: the slope is $\mathbb E[p_0] - 1$, and by symmetry each of eight equal
# logits gets $\mathbb E[p_0] = \tfrac18$.
#
# So a gradient exists. Note what made our nudge work: we kept the random numbers *fixed* and moved the mean
# underneath them. Hold on to that thought.
#
# ## 2 · Two ways to the same slope
#
# **Score function** (REINFORCE). Leave the draw alone and ask how its *probability* changes:
#
# $$\nabla_\mu\, \mathbb E[\ell(z)] = \mathbb E\big[\ell(z)\, \nabla_\mu \log q(z)\big]
#   = \mathbb E\Big[\ell(z)\, \frac{z-\mu}{\sigma^2}\Big]
#   = \mathbb E\Big[\ell(z)\, \frac{\varepsilon}{\sigma}\Big].$$
#
# It needs only the *value* of the loss. It would work for a loss that has no derivative.
#
# **Pathwise** (reparameterization). Write the draw as a function of parameters and outside noise,
# $z = \mu + \sigma\varepsilon$, and differentiate *through* it:
#
# $$\nabla_\mu\, \mathbb E[\ell(z)] = \mathbb E\big[\nabla_z \ell(z)\big].$$
#
# It uses the *derivative* of the loss. Both are unbiased. Are they equally good?


# %% id="estimators"
def score_gradient(loss, noise, sigma):
    """One estimate of the means' gradient for every draw: loss (n,), noise (n, classes) -> (n, classes)."""
    return loss[:, None] * noise / sigma


def pathwise_gradient(logits, label):
    """The same from the loss's own derivative: logits (n, classes) -> (n, classes)."""
    logits = logits.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(logits, label, reduction="sum"), logits)
    return gradient


def both(classes, sigma):
    """Every draw's two estimates of the slope along the first mean, (draws,) each."""
    noise = torch.randn(draws, classes)
    logits = sigma * noise  # all means are 0
    loss = F.cross_entropy(logits, label, reduction="none")  # (draws,)
    return score_gradient(loss, noise, sigma)[:, 0], pathwise_gradient(logits, label)[:, 0]


score, pathwise = both(classes, sigma=1.0)
for name, estimates in [("score function", score), ("pathwise", pathwise)]:
    print(f"{name:15s} mean {estimates.mean():+.3f}   spread of one draw {estimates.std():.3f}")
variance_ratio = (score.var() / pathwise.var()).item()
print(f"one pathwise draw is worth {variance_ratio:.0f} score-function draws here")

# %% [markdown]
# Same mean, very different spread. **Guess before you run the next cell:** as σ shrinks the draws hardly
# differ from each other. Does that help both estimators? (The cell is folded: it holds the answer to
# exercise 4.)

# %% id="spread" jupyter={"source_hidden": true}
dimensions = [2, 4, 8, 16, 32, 64]
sigmas = [0.03, 0.1, 0.3, 1.0]


def baseline_gradient(loss, noise, sigma):
    """The score-function gradient once the other draws' mean loss is taken off (exercise 4)."""
    others = (loss.sum() - loss) / (len(loss) - 1)  # (n,)
    return score_gradient(loss - others, noise, sigma)


def spreads(settings):
    """The standard deviation of each estimator at each (classes, sigma)."""
    curves = {"score function": [], "with baseline": [], "pathwise": []}
    for classes, sigma in settings:
        noise = torch.randn(draws, classes)  # (draws, classes)
        loss = F.cross_entropy(sigma * noise, label, reduction="none")  # (draws,)
        estimates = [
            score_gradient(loss, noise, sigma),
            baseline_gradient(loss, noise, sigma),
            pathwise_gradient(sigma * noise, label),
        ]
        for curve, estimate in zip(curves.values(), estimates, strict=True):
            curve.append(estimate[:, 0].std().item())
    return curves


by_dimension = spreads([(d, 1.0) for d in dimensions])
by_sigma = spreads([(classes, s) for s in sigmas])
show_still(*figures.gradient_spread(dimensions, by_dimension, sigmas, by_sigma))

# %% [markdown]
# The score function gets *worse* as σ shrinks: it divides by σ, and multiplies by the whole loss, most of
# which is the same for every draw. More logits make it worse too. The pathwise spread vanishes with σ, as
# it should: no noise in, no noise out. The middle curve is exercise 4.
#
# ## 3 · Build it: the reparameterised draw
#
# > **Exercise 1** · 5 minutes · easy. Write equation 5. The noise is handed in, so your function draws
# > nothing itself.


# %% id="reparameterize"
def reparameterize(mean, log_variance, noise):
    """A draw of N(mean, exp(log_variance)) made of standard normal noise; all three (batch, classes)."""
    ### BEGIN SOLUTION
    sigma = (0.5 * log_variance).exp()  # (batch, classes)
    return mean + sigma * noise  # (batch, classes)
    ### END SOLUTION


# %% id="check-reparameterize"
check("reparameterization.reparameterize", reparameterize)

# %% [markdown]
# Stuck? Every exercise has three hints. Run the next cell once, twice, three times.

# %% id="hint-reparameterize"
hint("reparameterization.reparameterize")

# %% [markdown]
# The check also compared you with `pvlib`: for the same noise, your draw is the draw of the course's own
# head. In PyTorch the reparameterised draw is called `rsample`; the `r` is all the difference to the cell
# that failed.

# %% id="rsample"
head = VariationalHead(features=5, classes=classes)
distribution = head.distribution(torch.randn(3, 5))
print("sample: ", distribution.sample().requires_grad)
print("rsample:", distribution.rsample().requires_grad)

# %% [markdown]
# ## 4 · See it: the noise stands still
#
# Grey: draws ε, fixed. Blue: the samples they become. Move μ, and every sample shifts alike: $dz/d\mu = 1$.
# Move σ, and each sample moves by its own ε: $dz/d\sigma = \varepsilon$. Nothing random lies on the way
# from the parameters to z. (Point at the picture to wake its sliders.)

# %% id="flow"
show(*figures.flow(torch.randn(24)))

# %% [markdown]
# > **Exercise 2** · 10 minutes · medium. Do what `backward()` does. `upstream` is
# > $\partial\ell/\partial z$; return $\partial\ell/\partial\mu$ and $\partial\ell/\partial\log\sigma^2$.


# %% id="gradient-by-hand"
def gradient_by_hand(upstream, log_variance, noise):
    """Return the gradients of the mean and of the log-variance; everything is (batch, classes)."""
    ### BEGIN SOLUTION
    sigma = (0.5 * log_variance).exp()
    return upstream, upstream * 0.5 * sigma * noise
    ### END SOLUTION


check("reparameterization.gradient_by_hand", gradient_by_hand)

# %% [markdown]
# ## 5 · Build it: how far from N(0, I)?
#
# Nothing so far keeps σ alive: noise in the logits only costs, so training would shrink it. A variational
# loss therefore adds λ times the divergence of the head's Gaussian from a standard normal:
#
# $$\mathrm{KL}\big(\mathcal N(\mu,\sigma^2)\,\|\,\mathcal N(0, 1)\big)
#   = \mathbb E_q[\log q(z) - \log p(z)] = \tfrac12\big(\sigma^2 + \mu^2 - 1 - \log\sigma^2\big)$$
#
# (write both log-densities down; the $\log 2\pi$ cancels, $\mathbb E[(z-\mu)^2] = \sigma^2$ and
# $\mathbb E[z^2] = \sigma^2+\mu^2$). The classes are independent, so their divergences add up.
#
# > **Exercise 3** · 10 minutes · easy. Sum over classes, average over the batch.


# %% id="gaussian-kl"
def gaussian_kl(mean, log_variance):
    """KL(N(mean, exp(log_variance)) ‖ N(0, I)) as one number; both (batch, classes)."""
    ### BEGIN SOLUTION
    per_class = 0.5 * (log_variance.exp() + mean**2 - 1 - log_variance)  # (batch, classes)
    return per_class.sum(dim=-1).mean()
    ### END SOLUTION


check("reparameterization.gaussian_kl", gaussian_kl)

# %% [markdown]
# A formula deserves a second opinion. The definition is an expectation, so draws can test it:

# %% id="monte-carlo-kl"
mean, log_variance = torch.randn(classes), torch.randn(classes)
q = Independent(Normal(mean, (0.5 * log_variance).exp()), 1)
p = Independent(Normal(torch.zeros(classes), torch.ones(classes)), 1)
z = q.sample((10 * draws,))  # (10 draws, 8)
log_ratio = q.log_prob(z) - p.log_prob(z)  # (10 draws,)
exact = losses.gaussian_kl(mean[None], log_variance[None]).item()
standard_error = (log_ratio.std() / len(z) ** 0.5).item()
kl_error = log_ratio.mean().item() - exact
print(f"closed form {exact:.4f}   draws {log_ratio.mean():.4f} ± {standard_error:.4f}")

# %% [markdown]
# The closed form costs one line and has no noise at all. Use it whenever there is one.
#
# ## 6 · Why log σ² and not σ?
#
# A linear layer may output any number; a spread must be positive. Let us train σ itself, and log σ², on one
# and the same noise, and watch the smallest of the eight spreads.


# %% id="log-variance"
def train(use_log: bool, steps: int = 200, rate: float = 0.3) -> float:
    """Return the smallest value that stood for a spread while eight of them were trained from 0.3."""
    generator = torch.Generator().manual_seed(seed)
    start = torch.full((classes,), 0.3)
    parameter = (2 * start.log() if use_log else start).requires_grad_()
    smallest = float("inf")
    for _ in range(steps):
        sigma = (0.5 * parameter).exp() if use_log else parameter
        smallest = min(smallest, sigma.min().item())
        logits = sigma * torch.randn(classes, generator=generator)
        (gradient,) = torch.autograd.grad(F.cross_entropy(logits, torch.tensor(0)), parameter)
        parameter = (parameter - rate * gradient).detach().requires_grad_()
    return smallest


smallest_direct, smallest_log = train(use_log=False), train(use_log=True)
print(f"training σ itself: smallest σ was {smallest_direct:+.3f}")
print(f"training log σ²:   smallest σ was {smallest_log:+.3f}")

# %% [markdown]
# Trained directly, "σ" walks through zero into the negative: $\partial\ell/\partial\sigma$ is ε times the
# logit's gradient, and stays large however small σ has become. Along log σ² the gradient carries a factor σ
# (exercise 2), so steps shrink with it, and exp keeps every value positive. An output of 0 means σ = 1, a
# good place to begin.
#
# ## 7 · One more exercise
#
# > **Exercise 4** · 15 minutes · harder. Rescue the score function. Most of the loss is the same for every
# > draw and teaches nothing; subtract a *baseline* that does not depend on the draw itself: the mean loss
# > of the **other** draws. As $\mathbb E[\varepsilon] = 0$, the estimate stays unbiased. (The folded cell
# > of section 2 used it; write yours before you look.)


# %% id="score-with-baseline"
def score_with_baseline(loss, noise, sigma):
    """One estimate for every draw: loss (n,), noise (n, classes) -> (n, classes)."""
    ### BEGIN SOLUTION
    others = (loss.sum() - loss) / (len(loss) - 1)  # (n,)
    return (loss - others)[:, None] * noise / sigma  # (n, classes)
    ### END SOLUTION


check("reparameterization.score_with_baseline", score_with_baseline)

# %% [markdown]
# ## 8 · Try to break it
#
# **A wild log-variance.** Nothing bounds the output of the layer. How far can it go in 32-bit numbers?

# %% id="break-overflow"
for value in (0.0, 20.0, 100.0, 180.0):
    sigma = (0.5 * torch.tensor(value)).exp()
    loss = F.cross_entropy(sigma * torch.randn(draws, classes), label)
    print(f"log σ² = {value:5.0f}: σ = {sigma:.3g}, mean loss {loss:.3g}")

# %% [markdown]
# Long before it overflows, the mean has no say any more. **One ε for the whole batch** is the quieter bug.
# It gives right shapes and unbiased gradients. What does it cost?

# %% id="break-shared-noise"
batch, repeats = 32, draws
per_face = pathwise_gradient(torch.randn(repeats * batch, classes), torch.zeros(repeats * batch).long())
per_face = per_face[:, 0].view(repeats, batch).mean(dim=1)  # (repeats,): each batch's gradient
shared = pathwise_gradient(torch.randn(repeats, classes), torch.zeros(repeats).long())[:, 0]  # (repeats,)
shared_noise_ratio = (shared.var() / per_face.var()).item()
print(
    f"{batch} alike faces: sharing the noise multiplies the gradient's variance by {shared_noise_ratio:.0f}"
)

# %% [markdown]
# The batch stops averaging anything: 32 faces are as noisy as one. (Faces that differ would soften this.)
#
# Break it further yourself: draw a *class* with `torch.multinomial` instead of logits. Why can no ε rescue
# that one?
#
# ## Common misconceptions
#
# - *"The gradient flows through the randomness."* It flows around it. ε is an input, like the image.
# - *"Pathwise gradients are exact."* They are unbiased and still noisy; only σ = 0 makes them exact.
# - *"The score function is wrong."* It is right, general and noisy. For a discrete choice it may be all you
#   have.
# - *"exp(log σ²) scales the noise."* That is the variance. The ½ is not decoration.
# - *"The KL needs sampling, as the loss does."* Between Gaussians it has a closed form.
#
# ## Recap in five lines
#
# 1. `.sample()` returns a number without a history, so nothing behind it can learn.
# 2. $z = \mu + \exp(\tfrac12\log\sigma^2)\,\varepsilon$ moves the randomness into an input; then
#    $dz/d\mu = 1$, $dz/d\sigma = \varepsilon$.
# 3. The score function needs no derivative of the loss, and pays for that in variance, most of all at small
#    σ.
# 4. $\mathrm{KL}(\mathcal N(\mu,\sigma^2)\|\mathcal N(0,I)) = \tfrac12\sum(\sigma^2+\mu^2-1-\log\sigma^2)$,
#    without sampling.
# 5. Predict log σ²: always positive, multiplicative steps, 0 means σ = 1.
#
# ## What the paper claims, what we measured
#
# The paper puts equation 5 at the end of its network and trains with cross-entropy plus λ·KL. Its print
# leaves λ, the prior and the direction of the KL unreadable, and the released configurations train without
# it. We made no claim about faces yet; we measured that the draw is the right *tool*. Your run's numbers:

# %% id="record"
record(
    finite_difference=slope,
    score_mean=score.mean(),
    pathwise_mean=pathwise.mean(),
    variance_ratio=variance_ratio,
    spread_score=by_sigma["score function"],
    spread_baseline=by_sigma["with baseline"],
    spread_pathwise=by_sigma["pathwise"],
    kl_error_in_standard_errors=kl_error / standard_error,
    smallest_sigma_trained_directly=smallest_direct,
    smallest_sigma_trained_as_log=smallest_log,
    shared_noise_ratio=shared_noise_ratio,
)

# %% [markdown]
# **Next:** {link:variational_head} hangs this draw on a network and looks at
# what its σ learns.

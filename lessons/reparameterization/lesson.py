# %% [markdown]
# # {number} · {title}
#
# **The question.** A layer outputs a mean μ and a standard deviation σ, and passes on a random *sample* of that
# normal distribution. How can the loss of one sample tell the network how to change μ and σ?
#
# **Why it matters.** Variational autoencoders, diffusion models and policy gradients need the answer. So does
# POSTER-Var's *variational head*, the layer that samples eight logits, one for each expression.
#
# **After this lesson you can** say why `.sample()` stops the gradient; derive and code two estimators of it; say what
# each requires; lower the noise of one without a bias; say what is missing when a class is sampled.
#
# **You need** tensors, `backward()`, the normal distribution. **Time:** 45 minutes; the cells compute for about 10 seconds.
# **In the paper:** equation 5 of POSTER-Var (Lv, Zhang, Tsoi, *Sci Rep* 16, 7323, 2026),
# $z = \mu + \exp(\tfrac12 \log \sigma^2) \odot \varepsilon$ with $\varepsilon \sim \mathcal N(0, I)$; before it
# Kingma & Welling (2014).

# %% id="parameters" tags=["parameters"]
profile = "reduced"  # "full" takes ten times as many samples
seed = 0

# %% id="setup" jupyter={"source_hidden": true}
import math

import torch
import torch.nn.functional as F
from torch.distributions import Gumbel, Normal

from lessons.reparameterization import estimators as ours
from lessons.reparameterization import figures
from lessons.reparameterization.pull_arrows import pull_arrows
from poster_var_course import chosen, guess, record, reveal
from poster_var_course.checks import check, hint
from pvlib.figures.interactive import show, show_still

torch.manual_seed(seed)
samples = {"quick": 400, "reduced": 4_000, "full": 40_000}[profile]
classes = 8  # the expressions of FER+

# %% [markdown]
# ## 1 · Two dartboards
#
# Two players throw darts: samples of a normal distribution. The loss is a dart's squared distance from the centre. Both
# train μ and σ with the same code, except for one letter.


# %% id="dartboards"
def train(method, steps=25):
    """The darts of every step; method is "sample" or "rsample"."""
    torch.manual_seed(seed)
    mean = torch.tensor([-1.8, 1.4], requires_grad=True)
    log_variance = torch.full((2,), -1.2, requires_grad=True)
    thrown = []
    for _ in range(steps):
        darts = getattr(Normal(mean, (0.5 * log_variance).exp()), method)((16,))  # (16, 2)
        thrown.append(darts.detach())
        loss = darts.square().sum(dim=1).mean()
        if loss.requires_grad:  # without this line, .sample() ends in an error in the next
            by_mean, by_log_variance = torch.autograd.grad(loss, (mean, log_variance))
            with torch.no_grad():
                mean -= 0.08 * by_mean
                log_variance -= 0.08 * by_log_variance
    return thrown


darts = {f".{method}()": train(method) for method in ("sample", "rsample")}
show(*figures.dartboards(darts))

# %% [markdown]
# `.sample()` computes outside the graph. No path leads from the loss back to μ and σ, so nothing is learnt.
#
# ## 2 · Why the derivative may not simply move inside
#
# Seven of ten raters call a face happy. The logit $z$ is a sample of $\mathcal N(\mu, \sigma^2)$, which has the density
# $q$. It gives $p = \mathrm{sigmoid}(z)$ and the loss $\ell(z) = -0.7\log p - 0.3\log(1-p)$. We minimise
#
# $$L(\mu, \sigma) = \mathbb E_q[\ell(z)] = \int q(z)\,\ell(z)\,dz .$$
#
# $\ell(z)$ contains no μ: the parameters are in the **density**. So $\nabla\mathbb E_q[\ell(z)]$ is not
# $\mathbb E_q[\nabla\ell(z)]$. In one dimension a fine grid replaces the integral and gives the exact gradient:

# %% id="exact" jupyter={"source_hidden": true}
share = 0.7


def loss_of(logit):
    return F.softplus(logit) - share * logit  # = -0.7 log p - 0.3 log(1 - p)


mean = torch.tensor(-1.0, dtype=torch.float64, requires_grad=True)
log_variance = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
grid = torch.linspace(-12, 12, 4801, dtype=torch.float64)  # values of z
q = Normal(mean, (0.5 * log_variance).exp()).log_prob(grid).softmax(dim=0)  # and their probabilities
(q * loss_of(grid)).sum().backward()
exact = mean.grad.item(), log_variance.grad.item()
print(f"exact: dL/dμ = {exact[0]:.4f}, dL/d log σ² = {exact[1]:.4f}")

# %% [markdown]
# Eight logits would need $4801^8$ points. So we use samples.
#
# ## 3 · First way: differentiate the density (score function; REINFORCE, Williams 1992)
#
# Since $\nabla\log q = \nabla q / q$, we have $\nabla q = q\,\nabla\log q$, and so
#
# $$\nabla\!\int q\,\ell\,dz = \int (\nabla q)\,\ell\,dz = \int q\,(\nabla \log q)\,\ell\,dz
#   = \mathbb E_q\big[\ell(z)\,\nabla\log q(z)\big].$$
#
# An expectation again, so samples can estimate it. Of ℓ it needs only *values*. Of $q$ it needs a density that is
# differentiable in its parameters.
#
# > **Exercise 1** · 5 minutes · core · *important: it needs no derivative of the loss.* With $v = \log\sigma^2$,
# > $\log q = -\tfrac12\big(v + (z-\mu)^2/e^{v} + \log 2\pi\big)$. Differentiate by μ and by $v$, insert
# > $z = \mu + \sigma\varepsilon$, multiply by ℓ.


# %% id="score-gradient"
def score_gradient(loss, noise, log_variance):
    """ℓ ∇ log q for every sample z = μ + σ ε: the pair (by μ, by log σ²)."""
    ### BEGIN SOLUTION
    sigma = (0.5 * log_variance).exp()
    return loss * noise / sigma, loss * 0.5 * (noise**2 - 1)
    ### END SOLUTION


check("reparameterization.score_gradient", score_gradient)

# %% id="hint-score-gradient"
hint("reparameterization.score_gradient")

# %% [markdown]
# ## 4 · Second way: take the parameters out of the density (pathwise)
#
# > **Exercise 2** · 3 minutes · warm-up · *important: every layer with noise has this line.* Write equation 5; ε is the
# > argument `noise`.


# %% id="reparameterize"
def reparameterize(mean, log_variance, noise):
    """A sample of N(mean, exp(log_variance)), made of standard normal noise."""
    ### BEGIN SOLUTION
    sigma = (0.5 * log_variance).exp()
    return mean + sigma * noise
    ### END SOLUTION


# %% id="check-reparameterize"
check("reparameterization.reparameterize", reparameterize)

# %% id="hint-reparameterize"
hint("reparameterization.reparameterize")

# %% [markdown]
# Now $L = \mathbb E_{\varepsilon}[\ell(\mu + \sigma\varepsilon)]$. The density of ε has no parameters, **so the
# derivative may move inside**: $\nabla L = \mathbb E_\varepsilon[\frac{d\ell}{dz}\,\nabla z]$. This needs a differentiable
# way from ε to $z$, and a loss without jumps whose slope is known. `rsample` does it: *r* for reparameterised.
#
# > **Exercise 3** · 4 minutes · core · *important: two gradients, one noise.* Compute what `backward()` computes: the
# > gradients by μ, by σ and by $\log\sigma^2$. `slope` is $d\ell/dz$.


# %% id="pathwise-gradient"
def pathwise_gradient(slope, noise, log_variance):
    """The gradients of every sample: the triple (by μ, by σ, by log σ²), without autograd."""
    ### BEGIN SOLUTION
    sigma = (0.5 * log_variance).exp()
    by_mean = slope  # dz/dμ = 1
    by_sigma = slope * noise  # dz/dσ = ε
    by_log_variance = by_sigma * 0.5 * sigma  # dσ/d log σ² = ½ σ
    return by_mean, by_sigma, by_log_variance
    ### END SOLUTION


check("reparameterization.pathwise_gradient", pathwise_gradient)

# %% id="hint-pathwise-gradient"
hint("reparameterization.pathwise_gradient")

# %% [markdown]
# From here on the lesson uses *your* functions. Both estimators against the exact values:

# %% id="estimates"
score_gradient = chosen("reparameterization.score_gradient", score_gradient, ours.score_gradient)
reparameterize = chosen("reparameterization.reparameterize", reparameterize, ours.reparameterize)
pathwise_gradient = chosen("reparameterization.pathwise_gradient", pathwise_gradient, ours.pathwise_gradient)

mean, log_variance, noise = torch.tensor(-1.0), torch.tensor(0.0), torch.randn(25 * samples)
logit = reparameterize(mean, log_variance, noise)  # (25 samples,)
score = score_gradient(loss_of(logit), noise, log_variance)
pathwise = pathwise_gradient(logit.sigmoid() - share, noise, log_variance)

# %% id="compare" jupyter={"source_hidden": true}
off = {}  # how many standard errors an estimate lies from the exact value
for name, estimates in [("score function", score), ("pathwise", (pathwise[0], pathwise[2]))]:
    for parameter, each, true in zip(("μ", "log σ²"), estimates, exact, strict=True):
        error = (each.std() / len(each) ** 0.5).item()
        off[name, parameter] = (each.mean().item() - true) / error
        print(
            f"{name:15s} d{parameter:7s} {each.mean():+.4f} ± {error:.4f}   exact {true:+.4f}: "
            f"{abs(off[name, parameter]):.1f} standard errors away"
        )

# %% [markdown]
# An unbiased estimate lies within 2 standard errors in 95 of 100 cases. Both agree with the exact values, as derived; their
# noise (after ±) differs.
#
# ## 5 · See it: samples that pull
#
# Grey: the loss over the logit. Each row is a sample $z$ with its arrow $-d\ell/dz$, downhill. *Pull* means minus the
# gradient: **the mean of the arrows is the pull on μ; the mean of arrow × ε is the pull on σ.** Dotted: exact. First take
# new ε a few times, then make σ small. (JupyterLab shows the sliders when the pointer enters.)

# %% id="pull-arrows"
show(*pull_arrows(torch.randn(5, 12), share))

# %% [markdown]
# At small σ all arrows are alike, and the pathwise estimate for μ is nearly exact. The score-function estimate divides by σ
# and multiplies by the *whole* loss, most of which is the same for every sample.
#
# ## 6 · A baseline removes that part
#
# For a constant $b$, $\mathbb E_q[b\,\nabla\log q] = b\int\nabla q\,dz = b\,\nabla 1 = 0$: $(\ell - b)\nabla\log q$ has the
# same mean. $b$ may be random, if it is independent of the sample from whose loss it is subtracted.
#
# > **Exercise 4** · 3 minutes · stretch · *important: less variance, no bias.* Give every sample the mean loss of the
# > **other** samples.


# %% id="baseline"
def baseline(loss):
    """For every sample the mean loss of all others; (n,) -> (n,)."""
    ### BEGIN SOLUTION
    return (loss.sum() - loss) / (len(loss) - 1)
    ### END SOLUTION


check("reparameterization.baseline", baseline)

# %% id="hint-baseline"
hint("reparameterization.baseline")

# %% [markdown]
# Now eight logits, as in the paper's head, all means 0, cross-entropy against class 0. Its derivative by $z_0$ is
# $p_0 - 1$, and $\mathbb E[p_0] = \tfrac18$ by symmetry. The derivative may move inside: the exact gradient by the first
# mean is $\mathbb E[p_0 - 1] = \tfrac18 - 1 = -0.875$.

# %% id="guess-ratio"
guess(
    "reparameterization.ratio",
    "At σ = 1, how many score-function samples with the baseline are as good as one pathwise sample?",
    low=1,
    high=1000,
)


# %% id="eight-logits"
baseline = chosen("reparameterization.baseline", baseline, ours.baseline)
label = torch.zeros(samples, dtype=torch.int64)  # class 0 for every sample


def estimates(sigma, seed):
    """Every sample's estimate of the first mean's gradient, (samples,) for each estimator."""
    noise = torch.randn(samples, classes, generator=torch.Generator().manual_seed(seed))
    log_variance = torch.full((classes,), 2 * math.log(sigma))
    logits = reparameterize(torch.zeros(classes), log_variance, noise)  # (samples, 8)
    loss = F.cross_entropy(logits, label, reduction="none")  # (samples,)
    slope = logits.softmax(dim=1) - F.one_hot(label, classes)  # of the cross-entropy
    return {
        "score function": score_gradient(loss[:, None], noise, log_variance)[0][:, 0],
        "with baseline": score_gradient((loss - baseline(loss))[:, None], noise, log_variance)[0][:, 0],
        "pathwise": pathwise_gradient(slope, noise, log_variance)[0][:, 0],
    }


# %% id="noise-over-sigma" jupyter={"source_hidden": true}
sigmas, seeds = (0.03, 0.1, 0.3, 1.0), 10
runs = {sigma: [estimates(sigma, seed + i) for i in range(seeds)] for sigma in sigmas}
curves = {
    name: [torch.stack([run[name].std() for run in runs[sigma]]).mean().item() for sigma in sigmas]
    for name in figures.STYLES
}
ratios = {}  # of variances, for every seed, at σ = 1
for name in ("score function", "with baseline"):
    ratios[name] = torch.stack([run[name].var() / run["pathwise"].var() for run in runs[1.0]])
    half = (2.262 * ratios[name].std() / seeds**0.5).item()  # 95 % of Student's t, 9 degrees of freedom
    print(f"{name}: {ratios[name].mean():.0f} ± {half:.0f} samples are as good as one pathwise sample")
show_still(*figures.noise_over_sigma(sigmas, curves))
reveal("reparameterization.ratio", round(ratios["with baseline"].mean().item()))

# %% [markdown]
# (As good: the mean has the same variance. Intervals: 95 %, ten seeds.) With the baseline the score function's noise hardly
# depends on σ; the pathwise noise falls with σ.
#
# ## 7 · Where the pathwise way ends
#
# **A loss with a jump** (1 for $z>0$, else 0, as an error count is). Its slope is 0 on both sides, so every pathwise
# sample is 0: **biased**. **A loss that oscillates**, $\sin(\omega z)$: large slopes that cancel only in the mean:
# unbiased, but the noisier way.
#
# **A class instead of a number.** `argmax(logits + g)` with Gumbel noise $g = -\log(-\log u)$, $u$ uniform in $(0, 1)$,
# samples a class with probabilities softmax(logits). So there *is* an ε, but the derivative is lost: argmax is flat
# between its jumps. Gumbel-softmax,
# $\mathrm{softmax}((\text{logits}+g)/\tau)$, has a slope, and a bias.

# %% id="conditions" jupyter={"source_hidden": true}
noise, one, zero = torch.randn(samples), torch.tensor(1.0), torch.tensor(0.0)
means = torch.linspace(-2, 2, 17)
exact_step = Normal(zero, one).log_prob(means).exp().tolist()  # d/dμ of P(z > 0)
slope = torch.zeros(samples)  # of the step, wherever it has one
step = {
    "score function": [score_gradient((m + noise > 0).float(), noise, zero)[0].mean().item() for m in means],
    "pathwise": [pathwise_gradient(slope, noise, zero)[0].mean().item() for _ in means],
}
frequencies = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
oscillating = {
    "score function": [score_gradient((w * noise).sin(), noise, zero)[0].std().item() for w in frequencies],
    "pathwise": [pathwise_gradient(w * (w * noise).cos(), noise, zero)[0].std().item() for w in frequencies],
}

# %% id="gumbel" jupyter={"source_hidden": true}
logits, costs = torch.tensor([1.0, 0.0, -1.0]), torch.tensor([0.0, 1.0, 3.0])
many = 25 * samples
gumbel = Gumbel(0.0, 1.0).sample((many, 3))  # (many, 3)
picked = (logits + gumbel).argmax(dim=1).bincount(minlength=3) / many
p = logits.softmax(dim=0)
gumbel_error = ((picked - p) / (p * (1 - p) / many).sqrt()).abs().max().item()
for name, values in [("argmax(logits + g)", picked), ("softmax(logits)", p)]:
    print(f"{name:19s}", "  ".join(f"{value:.3f}" for value in values.tolist()))
exact_choice = p * (costs - (p * costs).sum())  # gradient of the expected cost Σ p c
temperatures, bias, relaxed_noise = (0.2, 0.5, 1.0, 2.0, 5.0), [], []
for tau in temperatures:
    y = ((logits + gumbel) / tau).softmax(dim=1)  # (many, 3)
    each = y * (costs - (y * costs).sum(dim=1, keepdim=True)) / tau  # gradient of y·c for every sample
    bias.append((each.mean(dim=0) - exact_choice).norm().item())
    relaxed_noise.append((each.var(dim=0).sum() ** 0.5).item())
moved = torch.linspace(-4, 4, 161)  # the first logit; the others and the noise stay
perturbed = torch.stack([moved + 0.3, torch.full((161,), 0.9), torch.full((161,), -0.4)], dim=1)
shares = {"argmax": (perturbed.argmax(dim=1) == 0).float().tolist()}
for tau in (0.5, 2.0):
    shares[f"softmax, τ = {tau:g}"] = (perturbed / tau).softmax(dim=1)[:, 0].tolist()
show_still(
    *figures.limits(
        steps=(means.tolist(), exact_step, step),
        waves=(frequencies, oscillating),
        choices=(moved.tolist(), shares),
        relaxed=(temperatures, bias, relaxed_noise),
    )
)

# %% [markdown]
# Small τ: little bias, much noise; large τ: the opposite. The score function works on the class itself, since
# $\log\mathrm{softmax}$ has a gradient.
#
# ## 8 · Why log σ²?
#
# A layer outputs any number; σ must be positive. In $\mu+\sigma\varepsilon$ a negative σ is harmless, since ε is
# symmetric. But a normal with σ < 0 has no density and no log σ, and {link:the_bound} needs both. Three maps:

# %% id="maps" jupyter={"source_hidden": true}
maps = {
    "exp(½ v)": (lambda v: (0.5 * v).exp(), 2 * math.log(0.01)),
    "softplus(v)": (F.softplus, math.log(math.expm1(0.01))),
    "v²": (torch.square, 0.1),
}
slopes = {}
for name, (to_sigma, raw) in maps.items():
    v = torch.tensor(raw, requires_grad=True)
    to_sigma(v).backward()
    slopes[name] = v.grad.item()
    print(
        f"{name:12s} dσ/dv = {slopes[name]:.4f} at σ = 0.01;  v = 0 gives σ = {to_sigma(torch.tensor(0.0)):.2f}"
    )

# %% [markdown]
# exp and softplus take small steps where σ is small, and never reach 0. The square takes larger ones, but at $v = 0$ σ
# and slope are both 0, and σ stays there. We follow the paper: exp.
#
# ## Try to break it
#
# One ε for all 32 equal faces of a batch: all shapes are right, and so is the gradient's mean.

# %% id="break-shared-noise"
one_face = runs[1.0][0]["pathwise"]  # with one ε for all, the batch's mean is that of one face
own_noise = one_face[: samples // 32 * 32].view(-1, 32).mean(dim=1)
shared_noise_ratio = (one_face.var() / own_noise.var()).item()
print(f"sharing ε multiplies the variance of the batch's gradient by {shared_noise_ratio:.0f}")

# %% [markdown]
# Yours: delete the `if` of section 1; try `estimates(0.001, seed)`.
#
# <details><summary><b>A museum of nine real bugs.</b> Which would your check have caught?</summary>
#
# | where | bug |
# |---|---|
# | world-models #13, vae_tacotron2 #3, ibp_vae #3, BVAE-tf #7 | variance used as standard deviation |
# | keras PR #9972 | the same, closed with "its scale is irrelevant"; but then the KL belongs to another σ |
# | keras-io #790 | no noise at all |
# | FluxML model-zoo PR #76 | KL with $\log(\sigma)^2$ for $2\log\sigma$ |
# | pytorch/examples #824 | sign of the KL |
# | chainer PR #307 | direction of the KL not stated |
#
# Exercise 2 catches the first six bugs (three rows), the exercise on the KL in {link:the_bound} the last three.
# </details>
#
# ## Common misconceptions
#
# - *"Nothing can learn behind `.sample()`."* The score function can: `log_prob` times the detached loss.
# - *"Pathwise gradients are exact."* They are noisy, except where the slope is the same for all samples: σ → 0, or a loss
#   linear in $z$.
# - *"exp(log σ²) scales the noise."* That is the variance.
#
# ## Recap in five lines
#
# 1. A derivative moves into $\mathbb E$ only where the density has no parameters.
# 2. Score function: $\mathbb E_q[\ell\,\nabla\log q]$; any loss, differentiable $q$, noisy.
# 3. Pathwise: $\mathbb E_\varepsilon[\frac{d\ell}{dz}\nabla z]$; a loss without jumps, usually far less noise.
# 4. A baseline independent of its sample changes the noise, never the mean.
# 5. Gumbel-max samples a class without a slope; Gumbel-softmax has a slope and a bias.
#
# **Take it with you.** The folded cell needs PyTorch alone.

# %% id="take-it-with-you" jupyter={"source_hidden": true}
import torch
from torch.distributions import Normal

mu = torch.zeros(8, requires_grad=True)  # any parameters, and a density that is differentiable in them
q = Normal(mu, 1.0)


def any_loss(z):
    return -z.log_softmax(dim=-1)[:, 0]


z = q.rsample((20_000,))  # pathwise: the graph leads through z
(pathwise_mu,) = torch.autograd.grad(any_loss(z).mean(), mu)
z = q.sample((20_000,))  # score function: the graph leads through log_prob
loss = any_loss(z)  # carries no gradient
surrogate = ((loss - loss.mean()) * q.log_prob(z).sum(dim=-1)).mean()
(score_mu,) = torch.autograd.grad(surrogate, mu)
print(f"pathwise {pathwise_mu[0]:.3f}, score function {score_mu[0]:.3f}, exact -0.875")

# %% [markdown]
# ## What is claimed, released, measured
#
# | | paper | released code | we |
# |---|---|---|---|
# | sample | equation 5 | the same | exercise 2 equals `pvlib`'s head on equal noise |
# | another estimator | not compared | none | variance ratio with its interval, section 6 |

# %% id="record" jupyter={"source_hidden": true}
record(
    score_mean_off=off["score function", "μ"],
    score_log_variance_off=off["score function", "log σ²"],
    pathwise_mean_off=off["pathwise", "μ"],
    pathwise_log_variance_off=off["pathwise", "log σ²"],
    exact_mean=exact[0],
    exact_log_variance=exact[1],
    sample_distance_last=figures.away(darts[".sample()"][-1]),
    rsample_distance_last=figures.away(darts[".rsample()"][-1]),
    variance_ratio=ratios["score function"].mean(),
    variance_ratio_baseline=ratios["with baseline"].mean(),
    variance_ratio_baseline_seeds=ratios["with baseline"],
    spread_score_small_sigma=curves["score function"][0],
    spread_score_large_sigma=curves["score function"][-1],
    spread_baseline_small_sigma=curves["with baseline"][0],
    spread_baseline_large_sigma=curves["with baseline"][-1],
    spread_pathwise_small_sigma=curves["pathwise"][0],
    spread_pathwise_large_sigma=curves["pathwise"][-1],
    step_exact=exact_step[8],
    step_score=step["score function"][8],
    step_pathwise=step["pathwise"][8],
    oscillating_ratio=oscillating["pathwise"][-1] / oscillating["score function"][-1],
    gumbel_error=gumbel_error,
    gumbel_bias_small_tau=bias[0],
    gumbel_bias_large_tau=bias[-1],
    gumbel_noise_small_tau=relaxed_noise[0],
    gumbel_noise_large_tau=relaxed_noise[-1],
    slope_exp=slopes["exp(½ v)"],
    slope_softplus=slopes["softplus(v)"],
    slope_square=slopes["v²"],
    shared_noise_ratio=shared_noise_ratio,
)

# %% [markdown]
# ## Ten questions for tomorrow
#
# 1. Why does nothing in front of `.sample()` learn? <details><summary>answer</summary>Its output has no graph;
#    `backward()` ends there.</details>
# 2. Why is $\nabla\mathbb E_q[\ell(z)] \ne \mathbb E_q[\nabla\ell(z)]$? <details><summary>answer</summary>The parameters
#    are in $q$; $\ell(z)$, a function of $z$, has none.</details>
# 3. Why may the derivative move inside after the rewrite? <details><summary>answer</summary>The expectation is then over ε,
#    whose density has no parameters.</details>
# 4. Derive the score function. <details><summary>answer</summary>$\nabla q = q\nabla\log q$, so
#    $\int\ell\,\nabla q = \mathbb E_q[\ell\,\nabla\log q]$.</details>
# 5. What does each estimator require of ℓ and $q$? <details><summary>answer</summary>Score: values of ℓ; $\log q$
#    differentiable in its parameters. Pathwise: ℓ without jumps, with a known slope; $z$ a differentiable function of the
#    parameters and of noise that has none.</details>
# 6. When is the pathwise estimator biased, when the noisier one? <details><summary>answer</summary>A loss with jumps; a
#    loss that oscillates fast compared with σ.</details>
# 7. Why does a baseline not bias? <details><summary>answer</summary>$\mathbb E_q[b\,\nabla\log q] = b\,\nabla\int q = 0$ if
#    $b$ is independent of that sample.</details>
# 8. Why is the plain score function so noisy at small σ? <details><summary>answer</summary>It multiplies the whole loss by
#    ε/σ; the constant part cancels only in the mean.</details>
# 9. Gumbel-max reparameterises a class. What is missing? <details><summary>answer</summary>A derivative: argmax is flat
#    between jumps. τ brings one, with a bias.</details>
# 10. What are $dz/d\mu$ and $dz/d\log\sigma^2$? <details><summary>answer</summary>1 and
#     $\tfrac12\sigma\varepsilon$.</details>
#
# **Next:** {link:the_bound} asks what σ should be, and what is *variational* about it.

# %% [markdown]
# # {number} · {title}
#
# **The question.** The head of POSTER-Var, its last layers, samples the logits. The paper calls this *variational
# inference*. What is inferred, and what does the loss bound?
#
# **After this lesson you can** derive the evidence lower bound in both of its forms; fit a distribution with it;
# say what a classifier's loss bounds; compute the σ for which the loss is least; recognise label smoothing in a "KL".
#
# **You need** {link:reparameterization}, Bayes' rule. **Time:** about 45 minutes; the cells compute for some seconds.
# **In the paper:** equation 5, and the loss CE + λ·KL of POSTER-Var (Lv, Zhang, Tsoi, *Sci Rep* 16, 7323, 2026).

# %% id="parameters" tags=["parameters"]
profile = "reduced"  # "full" takes ten times as many samples
seed = 0

# %% id="setup" jupyter={"source_hidden": true}
import math
import time

import torch
import torch.nn.functional as F
from scipy.optimize import minimize
from torch.distributions import Multinomial, Normal

from lessons.the_bound import figures, formulas
from lessons.the_bound.bars import bars
from lessons.the_bound.one_logit import GRID, STEP, Votes, log_evidence, mean_under, posterior, terms
from poster_var_course import chosen, guess, record, reveal
from poster_var_course.checks import check, hint
from pvlib import losses
from pvlib.figures.interactive import show, show_still

torch.manual_seed(seed)
samples = {"quick": 400, "reduced": 4_000, "full": 40_000}[profile]
classes = 8  # the expressions of FER+

# %% [markdown]
# ## 1 · A number that nobody sees
#
# Nine of ten raters call a face happy. Suppose that behind this lies a logit $z$, never observed (a *latent*
# variable). Before the votes we believe $z \sim \mathcal N(0, 1)$, the prior; each rater says happy with
# probability $\mathrm{sigmoid}(z)$. What do the votes $v$ tell about $z$? Bayes' rule gives the posterior:
#
# $$p(z \mid v) = \frac{p(v \mid z)\,p(z)}{p(v)}, \qquad p(v) = \int p(v \mid z)\,p(z)\,dz .$$
#
# For one logit a grid replaces the integral. For eight?

# %% id="grid"
votes = Votes(happy=9, raters=10)
start = time.perf_counter()
evidence = log_evidence(votes.log_joint)  # log p(v), a sum over 2401 values of z
years = (time.perf_counter() - start) * len(GRID) ** 7 / (365 * 24 * 3600)
print(f"log p(v) = {evidence:.4f}; for eight logits it takes about 10^{math.log10(years):.0f} years")

# %% [markdown]
# $p(v)$ is called the *evidence*. **Variational** inference replaces its integral by an optimisation: among simple
# distributions $q$, say all normals, find the one closest to the posterior, without computing $p(v)$.
#
# ## 2 · The bound
#
# For every $z$, $p(v) = p(v, z) / p(z \mid v)$. Take the logarithm, multiply and divide inside it by $q(z)$, and take
# the mean over $z \sim q$, written $\mathbb E_q$:
#
# $$\log p(v) = \mathbb E_q\Big[\log\frac{p(v, z)}{q(z)}\Big] + \mathbb E_q\Big[\log\frac{q(z)}{p(z \mid v)}\Big]
#   = \mathrm{ELBO}(q) + \mathrm{KL}(q \,\|\, p(z \mid v)).$$
#
# A KL divergence is never negative. *Jensen's inequality*: as log is concave, the mean of logs is at most the log of
# the mean. So $-\mathrm{KL} = \mathbb E_q[\log\frac{p}{q}] \le \log\mathbb E_q[\frac{p}{q}] = \log\int p = 0$, and the KL
# is 0 only if $q = p$. The ELBO is thus a lower bound of $\log p(v)$, in which no $q$ occurs: **raising the ELBO lowers the
# divergence from the posterior**. It needs only $p(v, z) = p(v \mid z)\,p(z)$, which gives its second form:
#
# $$\mathrm{ELBO}(q) = \mathbb E_q[\log p(v \mid z)] - \mathrm{KL}(q \,\|\, p(z)).$$
#
# Minus the ELBO is a loss: *misfit*, $\mathbb E_q[-\log p(v \mid z)]$, plus divergence from the prior.
#
# > **Exercise 1** · 4 minutes · warm-up · *important: it is the second half of the bound.* For normals the last
# > divergence needs no samples. Write down $\mathbb E_q[\log q(z) - \log p(z)]$ for $q = \mathcal N(\mu, \sigma^2)$, $p
# > = \mathcal N(0, 1)$, with $\mathbb E_q[(z-\mu)^2] = \sigma^2$ and $\mathbb E_q[z^2] = \sigma^2 + \mu^2$. Sum over
# > the classes (independent logits), average over the batch.


# %% id="gaussian-kl"
def gaussian_kl(mean, log_variance):
    """KL(N(mean, exp(log_variance)) ‖ N(0, I)) as one number; both (batch, classes)."""
    ### BEGIN SOLUTION
    return 0.5 * (log_variance.exp() + mean.square() - 1 - log_variance).sum(dim=-1).mean()
    ### END SOLUTION


check("the_bound.gaussian_kl", gaussian_kl)

# %% id="hint-gaussian-kl"
hint("the_bound.gaussian_kl")

# %% [markdown]
# > **Exercise 2** · 7 minutes · core · *important: this is what Adam raises below.* Estimate the ELBO in its first
# > form, $\mathbb E_q[\log p(v, z)] - \mathbb E_q[\log q(z)]$: the first term is a mean over samples $z = \mu +
# > \sigma\varepsilon$; the second, with its minus, is the entropy of $q$, exactly $\tfrac12(\log 2\pi + 1 +
# > \log\sigma^2)$.


# %% id="elbo"
def elbo(mean, log_variance, log_joint, noise):
    """One number with a gradient; mean and log_variance of shape (), noise (n,), log_joint(z) is log p(v, z)."""
    ### BEGIN SOLUTION
    z = mean + (0.5 * log_variance).exp() * noise
    entropy = 0.5 * (math.log(2 * math.pi) + 1 + log_variance)
    return log_joint(z).mean() + entropy
    ### END SOLUTION


check("the_bound.elbo", elbo)

# %% id="hint-elbo"
hint("the_bound.elbo")

# %% [markdown]
# Your ELBO now fits a normal to the posterior. `descend` does not use $p(v)$; `terms`, which measures the result, does:

# %% id="descent"
elbo = chosen("the_bound.elbo", elbo, formulas.elbo)
gaussian_kl = chosen("the_bound.gaussian_kl", gaussian_kl, losses.gaussian_kl)


def descend(log_joint, mean=-0.5, log_variance=0.5, steps=60, rate=0.1):
    """Gradient steps on minus the ELBO; the (mean, sigma) of every step."""
    q = torch.tensor([mean, log_variance], requires_grad=True)
    path = []
    for _ in range(steps + 1):
        path.append((q[0].item(), (0.5 * q[1]).exp().item()))
        loss = -elbo(q[0], q[1], log_joint, torch.randn(200))
        (gradient,) = torch.autograd.grad(loss, q)
        q = (q - rate * gradient).detach().requires_grad_()
    return path


path = descend(votes.log_joint)
found = terms(votes, *path[-1])
mean, sigma = path[-1]
print(f"found μ = {mean:.2f}, σ = {sigma:.2f}; KL from the posterior {found.kl_posterior:.4f} nats")

# %% [markdown]
# ## 3 · See it: three bars that always add up
#
# Above: prior, exact posterior and $q$. Below: three bars of one length, −ELBO in nats, split in both ways. **The
# grey piece, $-\log p(v)$, never changes**, so a shorter bar means a $q$ closer to the posterior. Green: gradient
# descent. Move μ and σ by hand: how short do you get it?

# %% id="bars"
show(*bars(votes, path, every=6))

# %% [markdown]
# ## 4 · From one logit to a classifier
#
# In POSTER-Var's head $z$ is the vector of eight logits, $p(y \mid z) = \mathrm{softmax}(z)_y$, and the network
# predicts $q(z \mid x) = \mathcal N(\mu(x), \mathrm{diag}\,\sigma^2(x))$ from the face $x$: *amortised*, one
# network instead of one optimisation for each face. Its loss is
# $\mathbb E_q[-\log p(y \mid z)] + \lambda\,\mathrm{KL}(q \,\|\, \mathcal N(0, I))$.
#
# **(1) Mean of logs, not log of mean.** $-\log\mathbb E_q[p(y \mid z)] \le \mathbb E_q[-\log p(y \mid z)]$, by
# Jensen. The right side is the paper's loss; the left side is that of Kendall & Gal (2017), whose
# model of the label includes the noise. For small σ the gap is half the variance of $\log p_y$, about
# $\tfrac12\sum_k\sigma_k^2(t_k - p_k)^2$, since $\partial\log p_y/\partial z_k = t_k - p_k$ ($t$: the one-hot label).

# %% id="jensen" jupyter={"source_hidden": true}
means, label = torch.tensor([2.0, 0.5, 0, 0, 0, 0, 0, 0]), torch.tensor(0)
p, one_hot = means.softmax(dim=0), F.one_hot(label, classes)
sigmas, mean_of_logs, log_of_mean, predicted = (0.25, 0.5, 1.0, 2.0), [], [], []
for sigma in sigmas:
    z = means + sigma * torch.randn(25 * samples, classes)  # (25 samples, 8)
    log_p = z.log_softmax(dim=1)[:, 0]
    mean_of_logs.append(-log_p.mean().item())
    log_of_mean.append(math.log(len(z)) - log_p.logsumexp(dim=0).item())
    predicted.append(0.5 * sigma**2 * (one_hot - p).square().sum().item())
gaps = [right - left for right, left in zip(mean_of_logs, log_of_mean, strict=True)]
show_still(*figures.jensen(sigmas, mean_of_logs, log_of_mean, predicted))

# %% [markdown]
# **(2) It is the variational information bottleneck** (Alemi et al. 2017), with as many dimensions as classes and
# the classifier $Wz + b$ fixed at $W = I$, $b = 0$. A bottleneck wants a $z$ that tells much about the label and
# little about the face. The information $I(Z; Y)$ is by how much $z$ lowers the entropy of $y$. It is at least
# $H(Y) - \mathrm{CE}$ ($H$: entropy; CE: mean cross-entropy), and $I(Z; X)$ is at most the mean KL. λ weighs the two.
#
# **(3) As an ELBO it needs the Gaussian KL and the right λ.** With λ = 1 it is −ELBO of *one* label, so at least
# $-\log p(y)$. This $p(y)$ is the same for all faces, as the prior is.

# %% id="guess-floor"
guess(
    "the_bound.floor",
    "λ = 1, eight classes, one label for each face. How low can this loss get with the best possible network, in nats?",
    low=0,
    high=5,
)


# %% id="floor" jupyter={"source_hidden": true}
noise = torch.randn(samples, classes)
noise = torch.cat([noise, -noise])  # pairs: the mean is 0
noise = noise / noise.std(dim=0, correction=0)  # and the variance 1, so that sampled and exact KL agree


def expected_loss(mean, log_variance, target, weight):
    """E[cross-entropy] + weight · KL for one face; mean, log_variance and target (classes,)."""
    z = mean + (0.5 * log_variance).exp() * noise[:, : len(target)]
    cross_entropy = losses.cross_entropy(z, target.expand_as(z))
    return cross_entropy + weight * gaussian_kl(mean[None], log_variance[None])


def best_normal(target, weight):
    """The mean, log_variance and loss of the best q for one face, found by L-BFGS."""

    def value_and_slope(flat):
        q = torch.tensor(flat.reshape(2, -1), dtype=torch.float32, requires_grad=True)
        loss = expected_loss(q[0], q[1], target, weight)
        return loss.item(), torch.autograd.grad(loss, q)[0].flatten().double().numpy()

    found = minimize(value_and_slope, torch.zeros(2 * len(target)).numpy(), jac=True, method="L-BFGS-B")
    mean, log_variance = torch.tensor(found.x.reshape(2, -1), dtype=torch.float32)
    return mean, log_variance, found.fun


floor = best_normal(one_hot.float(), weight=1.0)[2]
reveal("the_bound.floor", round(floor, 2))
# ten votes: -log p(v) up to the number of orders is 10 · cross-entropy of their shares
shares, mean, log_variance = torch.tensor([0.6, 0.3, 0.1]), torch.randn(3), torch.randn(3)
z = mean + (0.5 * log_variance).exp() * noise[:, :3]  # (2 samples, 3)
log_joint = Multinomial(10, logits=z).log_prob(10 * shares) + Normal(0.0, 1.0).log_prob(z).sum(dim=1)
entropy = Normal(mean, (0.5 * log_variance).exp()).entropy().sum()
orders = math.lgamma(11) - sum(math.lgamma(count + 1) for count in (6, 3, 1))  # log of the number of orders
minus_elbo = -log_joint.mean() - entropy + orders
ten_votes_error = (minus_elbo / 10 - expected_loss(mean, log_variance, shares, 0.1)).abs().item()
bottleneck = losses.cross_entropy(
    F.linear(z, torch.eye(3), torch.zeros(3)), shares.expand_as(z)
)  # W = I, b = 0
same = torch.equal(bottleneck, losses.cross_entropy(z, shares.expand_as(z)))
print(f"a bottleneck with W = I and b = 0 on the same noise has the same loss to the last bit: {same}")
print(f"ln 8 = {math.log(8):.3f}, best loss found {floor:.3f}")
print(f"−ELBO of ten votes / 10 against the loss with λ = 0.1: they differ by {ten_votes_error:.1e}")

# %% [markdown]
# By symmetry of the prior $p(y) = \tfrac18$, so no network gets below $\ln 8$. With the shares of $n$ votes as
# target, $n\cdot$loss is the misfit of the $n$ votes plus $n\lambda$ KL: −ELBO, up to a constant, if **λ = 1/n**,
# so λ = 0.1 for ten votes. A larger λ gives a looser bound, a smaller one none; each is a bottleneck.
#
# **(4) At λ = 0**, as in all released configurations, no prior is left, hence no evidence bound.
#
# ## 5 · For which σ is the loss least?
#
# The density of a normal obeys the heat equation
# $\partial q/\partial\sigma^2 = \tfrac12\,\partial^2 q/\partial z^2$. In $\mathbb E_q[f] = \int q f\,dz$ two integrations
# by parts move the derivatives from $q$ to $f$:
# $\partial\,\mathbb E_q[f]/\partial\sigma^2 = \tfrac12\,\mathbb E_q[\partial^2 f/\partial z^2]$, exactly. The second
# derivative of the cross-entropy in logit $k$ is $p_k(1 - p_k)$, never negative: **noise always costs, and at λ = 0
# σ → 0 is best.** The slope of the KL in σ² is $\tfrac12(1 - 1/\sigma^2)$.
#
# > **Exercise 3** · 6 minutes · core · *important: it predicts σ before any training.* Set ½ E[p(1−p)] plus λ times the
# > KL's slope to zero and solve for σ. Write $p(1-p)$ for its mean.


# %% id="best-sigma"
def best_sigma(weight, p):
    """The best σ of every class for λ = weight (> 0); p holds probabilities, in any shape."""
    ### BEGIN SOLUTION
    return (weight / (weight + p * (1 - p))).sqrt()
    ### END SOLUTION


check("the_bound.best_sigma", best_sigma)

# %% id="hint-best-sigma"
hint("the_bound.best_sigma")

# %% [markdown]
# A face with the votes 6 : 3 : 1, its best normal found numerically:

# %% id="optimum" jupyter={"source_hidden": true}
best_sigma = chosen("the_bound.best_sigma", best_sigma, formulas.best_sigma)
sigma_errors = []
for weight in (0.1, 0.01):
    mean, log_variance, _ = best_normal(shares, weight)
    p, sigma = mean.softmax(dim=0), (0.5 * log_variance).exp()
    formula = best_sigma(weight, p)
    sigma_errors.append(((formula - sigma) / sigma).abs().max().item())
    for name, values in [("p at the mean", p), ("σ found", sigma), ("σ formula", formula)]:
        print(f"λ = {weight:4}  {name:13s}", "  ".join(f"{value:.3f}" for value in values.tolist()))

# %% [markdown]
# σ is **smallest where $p$ is nearest to ½**: for the class that the raters dispute most. So this σ does not say how
# uncertain the label is; {link:variational_head} measures σ in trained heads.
#
# ## 6 · The released "KL"
#
# The released code has a switch for another KL: once for each batch it samples $\pi = \mathrm{softmax}(\text{noise})$
# and adds $\lambda\,\mathrm{KL}(\pi \,\|\, \mathrm{softmax}(z))/C$. Not $q$ but only its sample $z$ occurs in it.
#
# > **Exercise 4** · 4 minutes · stretch · *important: it says what the released "KL" does.* On average $\pi_k = 1/C$.
# > Up to a constant and a factor, CE + λ KL/C is then a cross-entropy against the smoothed target $(1-\varepsilon)\,t +
# > \varepsilon/C$. Which ε?


# %% id="smoothing"
def smoothing(weight, classes):
    """ε for λ = weight and C = classes."""
    ### BEGIN SOLUTION
    return weight / (classes + weight)
    ### END SOLUTION


check("the_bound.smoothing", smoothing)

# %% id="hint-smoothing"
hint("the_bound.smoothing")

# %% id="released" jupyter={"source_hidden": true}
smoothing = chosen("the_bound.smoothing", smoothing, formulas.smoothing)
smoothing_epsilon = smoothing(1.0, classes)
logits = torch.randn(16, classes, requires_grad=True)
labels = torch.arange(16) % classes
average = torch.stack([losses.sampled_prior_kl(logits) for _ in range(2_000)]).mean()
(theirs,) = torch.autograd.grad(losses.cross_entropy(logits, labels) + average, logits)
smoothed = F.cross_entropy(logits, labels, label_smoothing=smoothing_epsilon)
(ours,) = torch.autograd.grad((1 + 1 / classes) * smoothed, logits)
smoothing_error = ((theirs - ours).norm() / ours.norm()).item()
print(
    f"λ = 1: ε = {smoothing_epsilon:.4f} = 1/(C + 1); the mean gradient over 2,000 random π and the gradient of "
    f"label smoothing differ by {smoothing_error:.2%}"
)

# %% [markdown]
# ## 7 · Its relatives
#
# | | $z$ is | loss | at test |
# |---|---|---|---|
# | variational autoencoder (VAE) + classifier (Kingma et al. 2014) | code | E[−log p(x given z)] + KL + E[CE(Wz + b)] | μ |
# | information bottleneck (Alemi et al. 2017) | bottleneck | E[CE(Wz + b)] + λ KL | mean softmax |
# | POSTER-Var's head | logits | E[CE(z)], + λ KL? | μ |
# | Kendall & Gal (2017) | logits | −log E[softmax(z)] | mean softmax |
#
# Only the first models the face itself: its σ says how exactly the picture fixes
# the code, not how disputed its label is.
#
# <details><summary>Six more that this course leaves out</summary>
#
# - *Semi-supervised VAE* (M2, Kingma et al. 2014): the label is a latent variable, too, where it is missing.
# - *Reconstruct, then classify*: the classifier reads the decoded vector; the paper calls it redundant
#   without a comparison.
# - *Adversarial autoencoder* (Makhzani et al. 2015): a discriminator replaces the KL; only the mean $q$ over all
#   faces is matched.
# - *Variational classification* (Dhuliawala et al. 2023): a normal for each class in feature space, Bayes' rule as
#   classifier; softmax is its special case with equal variances.
# - *Evidential* (Sensoy et al. 2018): a Dirichlet over $p$; its "lack of evidence" depends on the regulariser.
# - *SNGP* (Liu et al. 2020): a Gaussian process on distance-preserving features; its variance grows with the
#   distance from the training faces.
# </details>
#
# ## Try to break it


# %% id="break-it" jupyter={"source_hidden": true}
def two_camps(z):
    """log of half a normal around −2.5 and half a normal around 2.5, as posterior."""
    return torch.logaddexp(Normal(-2.5, 0.5).log_prob(z), Normal(2.5, 0.5).log_prob(z)) - math.log(2)


priors = {
    "N(0, 1)": votes,
    "N(−3, 1)": Votes(happy=9, raters=10, prior_mean=-3.0),
    "N(0, 10²)": Votes(happy=9, raters=10, prior_sigma=10.0),
}
one_mode = descend(two_camps, mean=0.8, log_variance=0.0, steps=300, rate=0.05)[-1]
density = posterior(two_camps)
covering_mean = (density * GRID).sum().item() * STEP
covering_sigma = (
    (density * (GRID - covering_mean) ** 2).sum().item() * STEP
) ** 0.5  # KL(posterior ‖ q) is least
print("log p(v) under each prior:", figures.evidences(priors))
missed = mean_under(*one_mode, lambda z: Normal(*one_mode).log_prob(z) - two_camps(z))
print(f"KL(q ‖ p) of the one camp: {missed:.3f} nats; ln 2 = {math.log(2):.3f}")
show_still(
    *figures.break_it(
        priors=priors,
        two_camps=density,
        fits={"KL(q ‖ p)": one_mode, "KL(p ‖ q)": (covering_mean, covering_sigma)},
    )
)

# %% [markdown]
# Left: another prior, another posterior from the same votes, and another evidence. Right: raters in two camps. The
# ELBO's $\mathrm{KL}(q\,\|\,p)$ is large if $q$ lies where $p$ is nearly 0, so the best $q$ covers **one** camp; the other
# direction covers both, and the gap between them. Yours, and explain where each ends:
# `descend(two_camps, -0.3, log_variance, 300, 0.05)[-1]` with `log_variance` 0.0 and 0.5;
# `descend(votes.log_joint, log_variance=8.0)[-1]`.
#
# ## What is variational here? The verdict
#
# | asked | answer |
# |---|---|
# | a latent variable? | yes, $z$, the logits |
# | a posterior over what? | logits given the label; the network predicts it from the face |
# | an evidence bound? | −ELBO with the Gaussian KL and λ = 1/votes; as released (λ = 0) or with the random prior: no |
# | Bayesian over weights? | no, they are one point |
# | samples at test? | no, the mean alone |
#
# ## Common misconceptions
#
# - *"The ELBO measures how good the model is."* It is the log evidence minus the divergence of $q$: with a poor
#   $q$ it is low for a good model, too.
# - *"Any noise with any KL is variational inference."* Section 6 has a KL without $q$.
# - *"σ grows where raters disagree."* The optimum says the opposite.
#
# ## Recap in five lines
#
# 1. $\log p(v) = \mathrm{ELBO}(q) + \mathrm{KL}(q\,\|\,p(z \mid v))$: raise the one, lower the other.
# 2. $-\mathrm{ELBO} = $ misfit $+\ \mathrm{KL}(q\,\|\,\text{prior})$; for normals the KL is exact.
# 3. The head with Gaussian KL is an information bottleneck with $W = I$, and −ELBO at λ = 1/votes.
# 4. $\sigma_k^2 = \lambda/(\lambda + \mathbb E[p_k(1-p_k)])$; at λ = 0 σ → 0.
# 5. The released KL does not contain $q$: it is label smoothing, ε = 1/(C+1) at λ = 1.
#
# ## What is claimed, released, measured
#
# | | paper | released code | we |
# |---|---|---|---|
# | Bayesian inference, approximated | claimed | λ = 0 in all three configurations | of logits, not of weights |
# | λ, prior, direction of the KL | unreadable in print | random π, KL(π ‖ softmax)/C | label smoothing, section 6 |
# | ancestor | Kingma & Welling (2014) | | information bottleneck, not cited |

# %% id="record" jupyter={"source_hidden": true}
record(
    log_evidence=evidence,
    bound_gap=found.kl_posterior,
    bars_error=max(
        abs(found.minus_evidence + found.kl_posterior - found.minus_elbo),
        abs(found.misfit + found.kl_prior - found.minus_elbo),
    ),
    jensen_gap_small=gaps[0],
    jensen_gap_small_predicted=predicted[0],
    jensen_gap=gaps[2],
    jensen_gap_predicted=predicted[2],
    floor=floor,
    bottleneck_equal=float(same),
    ten_votes_error=ten_votes_error,
    best_sigma_error=max(sigma_errors),
    smoothing_epsilon=smoothing_epsilon,
    smoothing_error=smoothing_error,
    one_mode_mean=one_mode[0],
    one_mode_sigma=one_mode[1],
    one_mode_divergence=missed,
    covering_sigma=covering_sigma,
)

# %% [markdown]
# ## Ten questions for tomorrow
#
# 1. Why is $p(v)$ hard? <details><summary>answer</summary>It is an integral over all $z$; a grid for $d$
#    logits has 2401 to the power $d$ values.</details>
# 2. Derive the bound.
#    <details><summary>answer</summary>$\log p(v) = \mathbb E_q[\log p(v,z)/q(z)] + \mathbb E_q[\log q(z)/p(z \mid v)]$;
#    the second term is a KL, so ≥ 0.</details>
# 3. When is it tight? <details><summary>answer</summary>When $q$ is the posterior.</details>
# 4. The two forms of the ELBO? <details><summary>answer</summary>$\mathbb E_q[\log p(v,z)]$ + entropy of $q$;
#    $\mathbb E_q[\log p(v \mid z)] - \mathrm{KL}(q\,\|\,p(z))$.</details>
# 5. KL of $\mathcal N(\mu,\sigma^2)$ from $\mathcal N(0,1)$?
#    <details><summary>answer</summary>$\tfrac12(\sigma^2+\mu^2-1-\log\sigma^2)$.</details>
# 6. What do $\mathrm{KL}(q\,\|\,p)$ and $\mathrm{KL}(p\,\|\,q)$ do with two modes?
#    <details><summary>answer</summary>One settles on a mode, the other covers both.</details>
# 7. Mean of logs or log of mean: who uses which, and which is larger? <details><summary>answer</summary>POSTER-Var the
#    mean of −log, Kendall & Gal −log of the mean; the first is larger, by Jensen.</details>
# 8. For which λ is the head's loss −ELBO, and of what? <details><summary>answer</summary>1/n, of the
#    $n$ votes of the face.</details>
# 9. Why does σ shrink at λ = 0, and which σ is best for λ > 0?
#    <details><summary>answer</summary>$\partial\mathbb E[\mathrm{CE}]/\partial\sigma^2 = \tfrac12\mathbb E[p(1-p)] \ge 0$;
#    $\sigma^2 = \lambda/(\lambda + \mathbb E[p(1-p)])$.</details>
# 10. What is the released KL? <details><summary>answer</summary>On average label smoothing, ε = 1/(C+1) at
#     λ = 1; $q$ does not occur in it.</details>
#
# **Next:** {link:variational_head} builds the head and trains it with these losses.

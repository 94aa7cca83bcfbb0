# %% [markdown]
# # {number} · {title}
#
# **The question.** You can pay one person to label a face, or ten. You can keep all ten votes, or only their winner. What
# does a network learn from each of these teachers, and are its probabilities true?
#
# **After this lesson you can**
# - turn votes into targets by three rules, and say which loss no network can beat;
# - predict what a network says that learned winners, and hold its probabilities against the truth;
# - say what ten raters bring over one, with an interval;
# - use a prior where there are only few votes, and compute the best smoothing.
#
# **You need** {link:start_here}: votes, entropy. A training loop; no variational head.
#
# **Time.** About 65 minutes with the exercises; the cells run in about 20 seconds on a laptop's CPU.
#
# **In the paper.** "Related work" of POSTER-Var (Lv, Zhang, Tsoi, *Sci Rep* 16, 7323, 2026): reducing a complex emotional
# state to a single hard label fails to capture it. This lesson measures what is lost.

# %% id="parameters" tags=["parameters"]
profile = "reduced"  # "full" trains five seeds
seed = 0

# %% id="setup"
import torch

from drawnfaces.numbered import DrawingOptions, draw_numbered
from lessons.raters import figures, teachers
from lessons.raters.teachers import ask_raters, learn, measure, said_of_strongest, target_of
from lessons.shapes import EPOCHS, shape_faces
from lessons.start_here.figures import answers
from poster_var_course import chosen, guess, record, reveal
from poster_var_course.checks import check, hint
from pvlib.figures.interactive import show, show_still

torch.set_num_threads(1)  # these tensors are so small that a second thread only costs time

# %% [markdown]
# ## 1 · One face, four teachers
#
# A thousand drawn faces, each with its true mixture, and forty simulated raters who looked at all of them. The first
# ten of the forty are "ten raters", the first of all is "one rater". The network does not see pixels here: it reads the 68
# landmarks of a face, so that it trains in a second.

# %% id="faces"
train = shape_faces(teachers.TRAINED_ON, 2 * seed)
test = shape_faces(teachers.TESTED_ON, 2 * seed + 1, like=train)
asked = ask_raters(train, seed)  # without the faces whose first rater said "unknown"
faces, votes = asked.faces, asked.by(10)  # N faces; their votes of ten raters, (N, 10)
print(f"{len(faces)} faces to learn from, {len(test)} to be tested on")

example = int((faces.mixture.amax(dim=1) - 0.6).abs().argmin())  # a face with a strongest share of about 0.6
picture = draw_numbered(
    DrawingOptions(seed=2 * seed, size=160, colour=True), int(faces.numbers[example])
).image
show_still(
    *answers(
        picture,
        {
            "the truth": faces.mixture[example].tolist(),
            "votes of ten": target_of(votes, "votes")[example].tolist(),
            "winner of ten": target_of(votes, "winner")[example].tolist(),
            "one rater": target_of(asked.by(1), "votes")[example].tolist(),
        },
    )
)

# %% [markdown]
# The **winner** of ten is the usual label of a data set: the expression with most votes gets everything. On this face it is
# not even the strongest expression, and one rater happens to be right. The **votes** of ten keep the disagreement.
#
# Three networks are trained on the same faces: the first learns one rater's word, the second the winner of ten, the
# third the votes of ten. Each then says probabilities for a thousand new faces.

# %% id="guess-worst"
guess(
    "raters.farthest",
    "Whose probabilities are farthest from the truth (in KL divergence)?",
    options=("one rater", "winner of ten", "votes of ten"),
)

# %% id="guess-said"
guess(
    "raters.said",
    "The strongest expression of mixed faces has 66 % on average. How many per cent does a network say that learned "
    "the winner of ten?",
    low=0,
    high=100,
)

# %% [markdown]
# ## 2 · Votes into targets
#
# > **Exercise 1** · 8 minutes · core · *important: this function trains every network below.* `votes` (faces, 10) counts
# > the eight expressions, "unknown" and "NF"; the last two are left out. Each face has a vote for an expression.
# > - `"votes"`: each expression's share of the votes for an expression;
# > - `"winner"`: 1 for the expression with most votes (of equal ones the first), 0 elsewhere;
# > - `"smoothed"`: (1 − ε) · winner, and ε spread evenly over all eight.


# %% id="target"
def target(votes, rule, epsilon=0.1):
    """Votes (faces, 10) -> label distributions (faces, 8); each row sums to 1."""
    ### BEGIN SOLUTION
    counts = votes[:, :8]
    if rule == "votes":
        return counts / counts.sum(dim=1, keepdim=True)
    winner = torch.nn.functional.one_hot(counts.argmax(dim=1), 8).float()
    return winner if rule == "winner" else (1 - epsilon) * winner + epsilon / 8
    ### END SOLUTION


check("raters.target", target)

# %% id="hint-target"
hint("raters.target")

# %% [markdown]
# ## 3 · The loss that no network can beat
#
# The loss is the cross-entropy $-\sum_k t_k \ln p_k$ between target $t$ and answer $p$.
#
# > **Exercise 2** · 5 minutes · core · *important: without the floor, a loss of 0.5 says nothing.* Which mean loss
# > remains if the network says exactly the target of every face?


# %% id="floor"
def floor(target):
    """The lowest mean cross-entropy (nats) that any answers can reach on these targets (faces, classes)."""
    ### BEGIN SOLUTION
    return torch.special.entr(target).sum(dim=-1).mean()
    ### END SOLUTION


check("raters.floor", floor)

# %% id="hint-floor"
hint("raters.floor")

# %% id="floors"
target_rule = chosen("raters.target", target, target_of)
floor_of = chosen("raters.floor", floor, teachers.floor_of)
targets = {
    "one rater": target_rule(asked.by(1), "votes"),
    "votes of 3": target_rule(asked.by(3), "votes"),
    "votes of 10": target_rule(votes, "votes"),
    "votes of 40": target_rule(asked.by(40), "votes"),
    "winner of 10": target_rule(votes, "winner"),
    "winner of 10, smoothed 0.1": target_rule(votes, "smoothed", 0.1),
    "true mixture": faces.mixture,
}
floors = {name: float(floor_of(target)) for name, target in targets.items()}
for name, value in floors.items():
    print(f"{name:28s} floor {value:.3f} nats")

# %% [markdown]
# One rater's floor is 0: a network could learn every word by heart. A low floor is therefore no sign of a good teacher. Nor
# may losses of two teachers be compared: each has a floor of its own. What may be compared is the distance from the
# *truth*, which drawn faces have.
#
# ## 4 · Seven teachers, one network
#
# The same network, the same faces, the same order of faces; only the targets differ. For each: how often it names the
# strongest expression of a new face, and how far its probabilities $p$ are from the true mixture $m$,
# $\mathrm{KL}(m \,\|\, p)$ in nats.

# %% id="train"
networks = {name: learn(faces, target, seed) for name, target in targets.items()}
measured = {name: measure(network, test) for name, network in networks.items()}
show_still(*figures.teachers(measured))
three = {"one rater": "one rater", "winner of 10": "winner of ten", "votes of 10": "votes of ten"}
reveal("raters.farthest", three[max(three, key=lambda name: measured[name]["kl"])])
reveal("raters.said", round(100 * measured["winner of 10"]["said"]))

# %% [markdown]
# One run shows one seed. Over **five seeds** (new faces, raters and network each; paired differences with 95 % intervals;
# `python -m lessons.raters.teachers 5`, table in `docs/results/raters-on-shapes.md`):
#
# - **The winner of ten teaches the worst probabilities of all**: KL 1.16 ± 0.10, more than four times that of the votes of
#   ten (0.28 ± 0.02), and 0.47 ± 0.07 more than *one rater's*. The network says 78 ± 1 % where the truth is 66 %.
# - **In accuracy the winner costs little**: 3.5 ± 1.2 points less than the votes. Who looks at accuracy alone hardly
#   sees what was lost.
# - **One rater is right on average, but noisy**: 67 ± 3 % said where the truth is 66 %, and 7.3 ± 1.7 points of
#   accuracy less than the votes of ten. Each word is a sample of the mixture, so its mean is the mixture.
# - **Smoothing the winner by 0.1 repairs most of the probabilities**: 0.34. The votes are still better, by 0.06 ± 0.02.
# - **Forty raters are a little better than ten**: by 0.03 ± 0.01 nats and 1.0 ± 0.8 points.
#
# Is this a reason for *variational* heads? No: every network here has a plain head. It is the label distribution that helps.
#
# ## 5 · See it: said against true
#
# Each dot is a test face: on the x-axis the true share of its strongest expression, on the y-axis what the network says of
# it. On the diagonal it says the truth. Move the slider to more raters, then press "winner".

# %% id="said"
some = torch.arange(300)
true, strongest = test.mixture[some].max(dim=1)
said = {}
for rule in ("votes", "winner", "smoothed"):
    for raters in (1, 3, 10, 40):
        label = target_rule(asked.by(raters), rule)
        known = next((name for name, other in targets.items() if torch.equal(other, label)), None)
        network = networks[known] if known else learn(faces, label, seed)
        said[rule, raters] = said_of_strongest(network, test)[1][some]
show(*figures.said_against_true(true, strongest, said, faces.names, cents=3))

# %% [markdown]
# Under "votes" the dots come nearer to the diagonal with more raters. Under "winner" they go up, away from it: forty raters
# agree on the winner more often than ten, so the network becomes surer. Over five seeds the winner of forty has 2.9 ± 1.5
# points *more* accuracy than the winner of ten, and 0.27 ± 0.11 nats *more* KL.
#
# ## 6 · Few votes and a prior
#
# Two raters said fear, one said surprise. Is the true share of fear ⅔? Before any vote you know something: few faces
# show contempt. A **prior** says it in votes: $\alpha_k$ votes for expression $k$, given before anybody was asked (a
# Dirichlet distribution). After $n$ votes the mean belief is the prior's votes and the real votes together, as shares.
#
# > **Exercise 3** · 5 minutes · core · *important: it is Bayes' rule in one line.* Return the
# > posterior mean of each face's shares: `votes` (faces, 8), `prior` (8,).


# %% id="posterior-mean"
def posterior_mean(votes, prior):
    """What to believe of the shares after these votes: (faces, 8)."""
    ### BEGIN SOLUTION
    return (votes + prior) / (votes.sum(dim=1, keepdim=True) + prior.sum())
    ### END SOLUTION


check("raters.posterior_mean", posterior_mean)

# %% id="hint-posterior-mean"
hint("raters.posterior_mean")

# %% [markdown]
# With the same $\alpha$ for all eight, this is *smoothing that fades*: $\varepsilon = 8\alpha/(n + 8\alpha)$. How much
# smoothing is right for $n$ raters? Their shares $s$ are right on average, with variance $\sum_k m_k(1-m_k)/n$.
# Smoothing, $(1-\varepsilon)\,s + \varepsilon/C$, shrinks that variance by $(1-\varepsilon)^2$ and adds a bias.
#
# > **Exercise 4** · 9 minutes · stretch · *important: every regulariser is this trade.* Which $\varepsilon$ makes the
# > mean squared distance of the smoothed shares from the mixtures smallest?


# %% id="best-smoothing"
def best_smoothing(mixture, raters):
    """The ε that is best on average over these mixtures (faces, classes) for so many raters."""
    ### BEGIN SOLUTION
    squares = mixture.square().sum(dim=1).mean()
    variance, bias = (1 - squares) / raters, squares - 1 / mixture.shape[1]
    return (variance / (variance + bias)).item()
    ### END SOLUTION


check("raters.best_smoothing", best_smoothing)

# %% id="hint-best-smoothing"
hint("raters.best_smoothing")

# %% id="smoothing"
epsilon_for = chosen("raters.best_smoothing", best_smoothing, teachers.best_smoothing)
believe = chosen("raters.posterior_mean", posterior_mean, teachers.posterior_mean_of)
smoothed = {}
for raters in (1, 3, 10):
    epsilon = epsilon_for(faces.mixture, raters)
    alpha = epsilon * raters / (8 * (1 - epsilon))  # the prior that smooths as much
    counts = asked.by(raters)[:, :8]
    belief = believe(counts, torch.full((8,), alpha))
    smoothed[raters] = measure(learn(faces, belief, seed), test)
    plain = measured["one rater" if raters == 1 else f"votes of {raters}"]
    print(
        f"{raters:2d} asked: best ε {epsilon:.3f} (α = {alpha:.3f}); KL {plain['kl']:.3f} → {smoothed[raters]['kl']:.3f}, "
        f"accuracy {plain['accuracy']:.1%} → {smoothed[raters]['accuracy']:.1%}"
    )

# %% [markdown]
# **The same α for one rater, three and ten**: the best smoothing is a prior, 0.05 votes for each expression, and the formula
# of exercise 4 says so: $8\alpha = V/B$, without $n$.
#
# Over five seeds the best smoothing brings the KL of one rater from 0.69 to 0.48 (−0.21 ± 0.06), of three from 0.37 to
# 0.32 (−0.05 ± 0.02), of ten from 0.28 to 0.26 (−0.014 ± 0.008). The fewer the votes, the more a prior is worth. But it
# has a price: with one rater, the network now says 48 ± 2 % of mixed faces, where the truth is 66 %. You made the
# *targets* best. A network averages over faces that look alike, which removes noise of the targets too: it needs less ε.
#
# ## 7 · Try to break it

# %% id="break-it"
copies = asked.by(1) * 10  # ten raters who all copy the first
print(
    "ten copies teach what one rater teaches:",
    torch.equal(target_rule(copies, "votes"), targets["one rater"]),
)
stubborn = teachers.with_a_stubborn_one(asked.by(9))  # nine raters, and one who says neutral of every face
broken = {
    "votes, one of ten always neutral": measure(learn(faces, target_rule(stubborn, "votes"), seed), test),
    "winner, one of ten always neutral": measure(learn(faces, target_rule(stubborn, "winner"), seed), test),
    "winner of 10, twice the epochs": measure(
        learn(faces, targets["winner of 10"], seed, epochs=2 * EPOCHS), test
    ),
}
for name, one in broken.items():
    print(
        f"{name:34s} accuracy {one['accuracy']:.1%}  KL {one['kl']:.2f}  says {one['said']:.0%} of mixed faces"
    )

# %% [markdown]
# - **Copies are not raters.** The cost is tenfold and the targets are the same. Agreement of raters who talked to each
#   other is no evidence.
# - **One rater who never looks.** Over five seeds, one constant "neutral" among ten votes costs 0.06 ± 0.01 nats; the
#   accuracy is not distinguishable (−0.2 ± 0.8 points). With the *winner* nothing can be told from noise (−0.05 ± 0.08
#   nats, +0.2 ± 0.9 points): one vote seldom changes who wins. That is what a majority is good for.
# - **Hard labels for longer.** Twice the epochs add 0.26 ± 0.02 nats; the accuracy is not distinguishable (+0.2 ± 0.2).
#   With nothing but 0 and 1 to learn, the network goes on to become surer.
#
# **A decision.** You can pay for 10,000 votes. Decide before you read on: 1,000 faces with ten raters each, or 10,000 faces
# with one? Measured over five seeds, against 1,000 faces × 10 after 30 epochs: 10,000 × 1 is *better* after 12 epochs (KL
# −0.05 ± 0.01) and much *worse* after 30 (+0.15 ± 0.03, accuracy −6.0 ± 0.8 points). Its floor is 0, so the network goes
# on to learn single words by heart. Votes of ten do not have this problem: 60 epochs instead of 30 change the KL by
# +0.005 ± 0.005. More faces are worth more than more raters, if you know when to stop; and to know that, you need some
# faces with many raters.
#
# Now yours; guess before you run each.
# - `learn(faces, target_rule(votes, "smoothed", 0.3), seed)`: which ε is best for the *trained* network?
# - A rater who says neutral in half of the cases, at random: is that as bad as one who always does?
# - `posterior_mean` with the classes' mean shares as the prior, times 3: better than the same α for all?
#
# How to find bad raters without knowing the truth is a field of its own: Dawid and Skene (1979) estimate each rater's
# confusions and the true labels together.
#
# ## Common misconceptions
#
# - *"More raters make a label better."* They make the winner surer. Its probabilities get worse.
# - *"The majority is cleaner, so the network learns better."* In accuracy it loses a little; its KL is four times as large.
# - *"A lower training loss means a better teacher."* One rater's floor is 0.
# - *"One noisy label for each face teaches noise."* On average it teaches the mixture. It needs more faces.
# - *"Smoothing is a trick."* It is a prior that does not fade; its best size has a formula.
#
# ## Recap in five lines
#
# 1. Votes, renormalised over the expressions, are an unbiased measurement of the mixture.
# 2. The floor of the loss is the mean entropy of the targets.
# 3. The winner of ten makes a network too sure: KL 1.16 instead of 0.28, accuracy 3.5 points lower.
# 4. A prior counts like votes; with few real votes it helps, and too much of it makes a network say too little.
# 5. All this is about label distributions; no variational head was needed.
#
# ## What the paper claims, what we measured
#
# | | paper | released code | this lesson |
# |---|---|---|---|
# | a single hard label | "fails to capture" mixed emotions | – | KL × 4.2; in accuracy 3.5 ± 1.2 points |
# | FER+ targets | not said | votes / 10, rows may sum to less than 1 | votes, each row renormalised |
# | who keeps the mixture? | the variational head | the same | the targets: a plain head keeps it too |
#
# Drawn faces and simulated raters: sizes of these effects on photographs may differ. The paper's sentence is right, and
# it is a sentence about labels, not about heads.

# %% id="record"
record(
    floor_one=floors["one rater"],
    floor_ten=floors["votes of 10"],
    accuracy_one=measured["one rater"]["accuracy"],
    accuracy_ten=measured["votes of 10"]["accuracy"],
    accuracy_winner=measured["winner of 10"]["accuracy"],
    kl_one=measured["one rater"]["kl"],
    kl_ten=measured["votes of 10"]["kl"],
    kl_forty=measured["votes of 40"]["kl"],
    kl_winner=measured["winner of 10"]["kl"],
    kl_winner_over_votes=measured["winner of 10"]["kl"] / measured["votes of 10"]["kl"],
    kl_smoothed_winner=measured["winner of 10, smoothed 0.1"]["kl"],
    kl_mixture=measured["true mixture"]["kl"],
    said_by_winner=measured["winner of 10"]["said"],
    true_of_mixed=measured["winner of 10"]["true"],
    kl_gain_one_smoothed=measured["one rater"]["kl"] - smoothed[1]["kl"],
    said_by_one_smoothed=smoothed[1]["said"],
    kl_stubborn_votes=broken["votes, one of ten always neutral"]["kl"],
    kl_longer=broken["winner of 10, twice the epochs"]["kl"] - measured["winner of 10"]["kl"],
)

# %% [markdown]
# ## Ten questions to recall
#
# Answer without looking; the lesson holds each answer.
#
# 1. What are the three rules, and which of them forgets the disagreement?
# 2. Why must "unknown" be left out *before* the row is divided by its sum?
# 3. What is the floor of the loss for one rater, and why is it no praise?
# 4. Which teacher gives the worst probabilities, and what does its network say instead of 66 %?
# 5. Why is one rater right on average?
# 6. The winner of forty against the winner of ten: which number rises, and which should have fallen?
# 7. What does α count, and what happens to the prior after a thousand votes?
# 8. Best smoothing for n raters: what are variance and bias, and which ε follows?
# 9. One of ten raters always says neutral. Which rule notices, and in which number?
# 10. What of all this needed a variational head?
#
# **Next:** {link:first_training}: the same votes, and a network that reads pixels.

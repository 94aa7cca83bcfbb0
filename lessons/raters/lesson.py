# %% [markdown]
# # {number} · {title}
#
# **The question.** You can pay one person to label a face, or ten. You can keep all ten votes, or only their winner. What
# does a network learn from each of these teachers, and are its probabilities true?
#
# **After this lesson you can**
# - turn votes into targets by three rules, and say which loss no network can beat;
# - predict what a network says after it learned winners, and compare its probabilities with the truth;
# - say how much better ten raters are than one, with an interval;
# - use a prior if there are few votes, and compute the best smoothing.
#
# **You need** {link:start_here}: votes, entropy. What a training loop does.
#
# **Time.** About 60 minutes with the exercises; the cells run in about 20 seconds on a laptop's CPU.
#
# **In the paper.** "Related work" of POSTER-Var (Lv, Zhang, Tsoi, *Sci Rep* 16, 7323, 2026): a single hard label fails to
# capture a complex emotional state. This lesson measures what is lost.

# %% id="parameters" tags=["parameters"]
profile = "reduced"  # the same in every profile
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
    "A network learned the winner of ten. How many per cent does it give to the strongest expression of mixed faces? "
    "The truth is 66 % on average.",
    low=0,
    high=100,
)

# %% [markdown]
# ## 2 · Votes into targets
#
# > **Exercise 1** · 8 minutes · core · *important: this function trains every network below.* `votes` (faces, 10) counts
# > the eight expressions, "unknown" and "NF"; the last two are left out. Each face has at least one
# > vote for an expression.
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
# No answer has a lower loss than $p = t$. One rater's floor is 0: a network could memorise every label. So a low floor is no
# sign of a good teacher, and losses of two teachers cannot be compared: each has a floor of its own. What can be
# compared is the distance from the *truth*, which is known for drawn faces.
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
# - **In accuracy the winner loses little**: 3.5 ± 1.2 points less than the votes.
# - **One rater is right on average, but noisy**: 67 ± 3 % said where the truth is 66 %, and 7.3 ± 1.7 points of
#   accuracy less than the votes of ten. Each label is a sample: its mean is the mixture, except for the few confusions.
# - **Smoothing the winner by 0.1 takes most of this KL away**: 0.34. The votes are still better, by 0.06 ± 0.02.
# - **Forty raters are a little better than ten**: by 0.03 ± 0.01 nats and 1.0 ± 0.8 points.
#
# Is this a reason for *variational* heads? No: every network here has a plain head. It is the label distribution that helps.
#
# ## 5 · See it: said against true
#
# Each dot is a test face, in the colour of its strongest expression: on the x-axis the true share of that expression, on
# the y-axis what the network says. On the diagonal it says the truth. Move the slider to more raters, then press "winner".

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
# Under "votes" the dots come nearer to the diagonal with more raters. Under "winner" they go up, away from it: the winner
# of forty is less often the wrong expression, so faces that look alike get the same label, and the network gives it more.
# Over five seeds the winner of forty has 2.9 ± 1.5 points *more* accuracy than the winner of ten, and 0.27 ± 0.11 nats
# *more* KL.
#
# ## 6 · Few votes and a prior
#
# Two raters said fear, one said surprise. Is the true share of fear ⅔? Before any vote you know something: few faces
# show contempt. A **prior** says it in votes: $\alpha_k$ votes for expression $k$, before anybody was asked (a
# Dirichlet distribution). After $n$ votes the mean of the posterior is the prior's votes plus the real votes, as shares.
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
# With the same $\alpha$ for all $C = 8$, this is smoothing, $(1-\varepsilon)\,s + \varepsilon/C$ for the shares $s$ of $n$
# votes, with an $\varepsilon = 8\alpha/(n + 8\alpha)$ that goes to 0 as $n$ grows. Which ε is right for $n$ raters? The mean
# of $s$ is $m$ (without confusions), the variance, added over the classes, $V/n$ with $V = \sum_k m_k(1-m_k)$. Smoothing
# multiplies the variance by $(1-\varepsilon)^2$ and moves the mean by $\varepsilon(1/C - m)$, a squared bias of
# $\varepsilon^2 B$ with $B = \sum_k(m_k - 1/C)^2$.
#
# > **Exercise 4** · 6 minutes · stretch · *important: regularisers lower a variance and add a bias.* Which
# > $\varepsilon$ makes the mean squared distance of the smoothed shares from the mixtures smallest?


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
# of exercise 4 says so: $8\alpha = V/B$ (means over the faces), without $n$.
#
# Over five seeds the best smoothing brings the KL of one rater from 0.69 to 0.48 (−0.21 ± 0.06), of three from 0.37 to
# 0.32 (−0.05 ± 0.02), of ten from 0.28 to 0.26 (−0.014 ± 0.008). The fewer the votes, the more a prior lowers the KL.
# But with one rater the network now says 48 ± 2 % of mixed faces, where the truth is 66 %. You made the *targets* best.
# A network averages over faces that look alike, which also removes noise of the targets: it needs less ε.
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
# - **Copies are not raters.** They cost ten times as much, and the targets are the same.
# - **One rater who never looks.** Over five seeds, one constant "neutral" among ten votes costs 0.06 ± 0.01 nats; the
#   accuracy is not distinguishable (−0.2 ± 0.8 points). With the *winner* neither is
#   distinguishable (−0.05 ± 0.08 nats, +0.2 ± 0.9 points): one vote seldom changes who wins.
# - **Hard labels for longer.** Twice the epochs add 0.26 ± 0.02 nats; the accuracy is not distinguishable (+0.2 ± 0.2).
#   With nothing but 0 and 1 to learn, the largest probabilities go on to grow.
#
# **A decision.** You can pay for 10,000 votes. Decide before you read on: 1,000 faces with ten raters each, or 10,000 faces
# with one? Five seeds, against 1,000 × 10 after 30 epochs: 10,000 × 1 after 12 epochs has less KL (−0.05 ± 0.01) and
# less accuracy (−1.7 ± 1.4 points); after 30 it is much worse in both (+0.15 ± 0.03, −6.0 ± 0.8), for its floor is 0, and
# the network goes on to memorise single labels. With votes of ten, 60 epochs instead of 30 change the KL by only
# +0.005 ± 0.005. So more faces can be worth more than more raters, in KL, if you know when to stop; to know that, you
# need some faces with many raters.
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
# - *"More raters make every label better."* The winner is more often right, but the probabilities of its network get worse.
# - *"The majority is cleaner, so the network learns better."* Than from votes? 3.5 points less accuracy, four times the KL.
# - *"A lower training loss means a better teacher."* One rater's floor is 0.
# - *"One noisy label for each face teaches noise."* On average it teaches the mixture, but it needs more faces.
# - *"Smoothing is a trick."* It is a prior that grows with the votes; its best size has a formula.
#
# ## Recap in five lines
#
# 1. Votes, renormalised over the expressions, are a measurement of the mixture, unbiased but for the confusions.
# 2. The floor of the loss is the mean entropy of the targets.
# 3. After the winner of ten a network gives too much to one expression: KL 1.16 instead of 0.28, accuracy 3.5 points lower.
# 4. A prior counts like votes; with few real votes it lowers the KL; too much of it makes a network say too little.
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
# Drawn faces and simulated raters: sizes of these effects on photographs may differ. On these the paper's sentence
# holds, and it is a sentence about labels, not about heads.

# %% id="record" jupyter={"source_hidden": true}
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
# Answer without looking, then open the answer.
#
# 1. What are the three rules, and which of them forgets the disagreement? <details><summary>answer</summary>Votes,
#    winner, smoothed winner. The winner forgets it, and so does the smoothed one.</details>
# 2. Why must "unknown" be left out *before* the row is divided by its sum? <details><summary>answer</summary>Else the row
#    sums to less than 1, and the face weighs less in the loss.</details>
# 3. What is the floor of the loss for one rater, and why is that no sign of a good teacher?
#    <details><summary>answer</summary>0: each target is a single label, without entropy. A network could memorise every
#    label; the distance from the truth is another number.</details>
# 4. Which teacher gives the worst probabilities, and what does its network say instead of 66 %?
#    <details><summary>answer</summary>The winner of ten; its network says 78 %.</details>
# 5. Why is one rater right on average? <details><summary>answer</summary>Each label is a sample of the mixture, so the
#    mean of many is the mixture, but for the few confusions.</details>
# 6. The winner of forty against the winner of ten: which number rises, and which should have fallen?
#    <details><summary>answer</summary>The accuracy rises, by 2.9 ± 1.5 points. The KL should fall, but rises by 0.27 ±
#    0.11 nats.</details>
# 7. What does α count, and what happens to the prior after a thousand votes? <details><summary>answer</summary>Votes that
#    were given before anybody was asked. After a thousand votes its weight, Σα / (N + Σα), is nearly 0.</details>
# 8. Best smoothing for n raters: what are variance and bias, and which ε follows? <details><summary>answer</summary>$V/n$
#    with $V = \sum_k m_k(1-m_k)$, and $\varepsilon^2 B$ with $B = \sum_k (m_k - 1/C)^2$; $\varepsilon = (V/n)/(V/n +
#    B)$.</details>
# 9. One of ten raters always says neutral. Which rule notices, and in which number? <details><summary>answer</summary>The
#    votes, in the KL: 0.06 ± 0.01 nats more. The accuracy is not distinguishable; with the winner neither number
#    is.</details>
# 10. What of all this needed a variational head? <details><summary>answer</summary>Nothing: every network here has a
#     plain head. It is the label distribution that helps.</details>
#
# **Next:** {link:first_training}: the same votes, and a network that reads pixels.

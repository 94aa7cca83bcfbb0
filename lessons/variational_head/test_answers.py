"""The checks of the variational head pass on right answers in any style, and know the typical wrong ones."""

import pytest
import torch
from torch import nn
from torch.distributions import Normal

from lessons.answer_tests import answer_tests
from lessons.shapes import shape_faces, train_on_shapes
from lessons.variational_head import formulas
from lessons.variational_head.own_head import OwnHead
from poster_var_course.checks import run_check
from pvlib.losses import Objective
from pvlib.models.heads import LatentHead, VariationalHead

FEATURES, LATENT, CLASSES = 6, 5, 8


class Layers(nn.Module):
    def __init__(self, features, classes, latent=None):
        super().__init__()
        self.mean = nn.Linear(features, latent or classes)
        self.log_variance = nn.Linear(features, latent or classes)
        if latent:
            self.classifier = nn.Linear(latent, classes)


def sigma(log_variance):
    return torch.exp(log_variance / 2)


def sample(m, v):
    return m + sigma(v) * torch.randn_like(m)


def head(in_training, at_test=lambda m, v, classify=nn.Identity(): classify(m)):  # noqa: B008
    """A head, with a latent or without, whose outputs in training and at test are functions of its layers."""

    class Head(Layers):
        def forward(self, features):
            answer = in_training if self.training else at_test
            behind = [self.classifier] if hasattr(self, "classifier") else []
            return answer(self.mean(features), self.log_variance(features), *behind)

    return Head


class OneLayer(nn.Module):
    """The commonest style: one layer, cut in two."""

    def __init__(self, features, classes):
        super().__init__()
        self.both = nn.Linear(features, 2 * classes)

    def forward(self, features):
        mean, log_variance = self.both(features).chunk(2, dim=1)
        return sample(mean, log_variance) if self.training else mean


class VarianceFirst(nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.log_variance, self.mean = nn.Linear(features, classes), nn.Linear(features, classes)

    def forward(self, features):
        mean = self.mean(features)
        return Normal(mean, sigma(self.log_variance(features))).rsample() if self.training else mean


def latent_of(inner):
    """A latent head that is another head with a classifier behind it."""

    class Head(nn.Module):
        def __init__(self, features, classes, latent):
            super().__init__()
            self.code, self.classifier = inner(features, latent), nn.Linear(latent, classes)

        def forward(self, features):
            return self.classifier(self.code(features))

    return Head


def sampled(m, v, classify):
    return classify(sample(m, v))


def no_classifier(features, classes, latent):
    return head(sample)(features, latent)


def summaries(mean=lambda s, m, v: s.mean(1), named=None, largest=lambda s, m, v: s.amax(1)):
    named = named or (lambda s, m, v: s[torch.arange(len(s)), m.argmax(1)])
    parts = {"mean": mean, "named": named, "largest": largest}
    return lambda m, v: {key: part(sigma(v), m, v) for key, part in parts.items()}


RIGHT = [
    ("variational_head", OneLayer),
    ("variational_head", VarianceFirst),
    ("variational_head", head(sample)),
    ("variational_head", head(lambda m, v: m - sigma(v) * torch.randn(m.shape))),
    ("latent_head", latent_of(VariationalHead)),
    ("latent_head", latent_of(OneLayer)),
    ("latent_head", head(sampled)),
    ("monte_carlo", lambda m, v, e: torch.stack([(m + sigma(v) * one).softmax(1) for one in e]).mean(0)),
    ("monte_carlo", lambda m, v, e: (m + v.exp().sqrt() * e).softmax(2).sum(0) / len(e)),
    ("sigma_summaries", summaries()),
    (
        "sigma_summaries",
        lambda m, v: {
            "mean": sigma(v).sum(1) / v.shape[1],
            "named": torch.stack([sigma(v)[i, m[i].argmax()] for i in range(len(m))]),
            "largest": sigma(v).max(dim=1)[0],
        },
    ),
]

WRONG = [
    ("variational_head", head(lambda m, v: m), "not the mean"),
    ("variational_head", head(lambda m, v: m + v.exp() * torch.randn_like(m)), "is the variance"),
    ("variational_head", head(lambda m, v: m + 0.5 * v.exp() * torch.randn_like(m)), "bracket"),
    ("variational_head", head(lambda m, v: m + torch.randn_like(m)), "second layer is not used"),
    ("variational_head", head(lambda m, v: m + v * torch.randn_like(m)), "undo the logarithm first"),
    ("variational_head", head(lambda m, v: m + 0.5 * v * torch.randn_like(m)), "undo the logarithm: exp"),
    ("variational_head", head(lambda m, v: (m + torch.randn_like(m)) * sigma(v)), "Only the noise is scaled"),
    ("variational_head", head(lambda m, v: m + sigma(v) * torch.rand_like(m)), "torch.rand"),
    ("variational_head", head(lambda m, v: sample(m, v).softmax(1)), "No softmax"),
    ("variational_head", head(lambda m, v: m + sigma(v) * torch.randn_like(m)[:1]), "Every face needs noise"),
    ("variational_head", head(lambda m, v: m + sigma(v) * torch.randn(CLASSES)), "Every face needs noise"),
    ("variational_head", head(lambda m, v: m + sigma(v) * torch.randn(len(m), 1)), "Every logit needs noise"),
    ("variational_head", head(lambda m, v: Normal(m, sigma(v)).sample()), "not sample"),
    ("variational_head", head(lambda m, v: sample(m, v.detach())), "reaches log_variance"),
    ("variational_head", head(lambda m, v: (sample(m, v), m, v)), "Return the logits alone"),
    ("variational_head", head(lambda m, v: None), "`return` missing"),
    ("variational_head", head(sample, at_test=sample), "self.training"),
    ("variational_head", head(sample, at_test=lambda m, v: m.softmax(1)), "No softmax"),
    ("variational_head", head(sample, at_test=lambda m, v: v), "changed places"),
    ("variational_head", head(sample)(FEATURES, CLASSES), "class itself, without calling"),
    ("variational_head", type("Bare", (nn.Module,), {"__init__": lambda self, f, c: nn.Module.__init__(self)}),
     "keep them as attributes"),
    ("latent_head", head(lambda m, v, last: last(m)), "not the mean"),
    ("latent_head", head(lambda m, v, last: sample(m, v)), "classifier comes after"),
    ("latent_head", head(lambda m, v, last: last(m + v.exp() * torch.randn_like(m))), "is the variance"),
    ("latent_head", head(lambda m, v, last: last(m + torch.randn_like(m))), "not used yet"),
    ("latent_head", head(lambda m, v, last: last(m + sigma(v) * torch.randn(len(m), 1))), "of the latent needs noise"),
    ("latent_head", head(lambda m, v, last: last(m) + torch.randn(len(m), CLASSES)), "before the classifier"),
    ("latent_head", head(lambda m, v, last: last(sample(m, v).detach())), "reaches"),
    ("latent_head", head(sampled, at_test=sampled), "self.training"),
    ("latent_head", head(sampled, at_test=lambda m, v, last: m), "classifier comes after"),
    ("latent_head", no_classifier, "one more nn.Linear"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).mean(0).softmax(1), "Softmax first"),
    ("monte_carlo", lambda m, v, e: m.softmax(1), "softmax of the mean"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).softmax(1).mean(0), "dim=1 is the faces"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).softmax(0).mean(0), "dim=0 is the samples"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).softmax(2), "first dimension"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).softmax(2).mean(1), "averaged over the faces"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).softmax(2).mean((0, 1)), "keeps its row"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).log_softmax(2).mean(0).exp(), "averaged logarithms"),
    ("monte_carlo", lambda m, v, e: (m + v.exp() * e).softmax(2).mean(0), "its root"),
    ("monte_carlo", lambda m, v, e: (m + v * e).softmax(2).mean(0), "log σ² itself"),
    ("monte_carlo", lambda m, v, e: (m + 0.5 * v.exp() * e).softmax(2).mean(0), "bracket"),
    ("monte_carlo", lambda m, v, e: (m + e).softmax(2).mean(0), "standard deviation 1"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).softmax(2).sum(0), "divide by their number"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).softmax(2).median(0).values, "median"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * torch.randn_like(e)).softmax(2).mean(0), "noise that is handed in"),
    ("sigma_summaries", summaries(named=lambda s, m, v: s.amax(1)), "largest *mean*"),
    ("sigma_summaries", summaries(named=lambda s, m, v: m.amax(1)), "its σ is asked for"),
    ("sigma_summaries", summaries(named=lambda s, m, v: m.argmax(1)), "index of the class"),
    ("sigma_summaries", summaries(named=lambda s, m, v: v[range(len(v)), m.argmax(1)]), "log σ² of the class"),
    ("sigma_summaries", summaries(named=lambda s, m, v: s.gather(1, m.argmax(1, keepdim=True))), "one dimension too many"),
    ("sigma_summaries", summaries(named=lambda s, m, v: s[:, m.argmax(1)]), "every face with every name"),
    ("sigma_summaries", summaries(mean=lambda s, m, v: (0.5 * v.mean(1)).exp()), "σ first, then average"),
    ("sigma_summaries", summaries(mean=lambda s, m, v: v.mean(1)), "averaged log σ² itself"),
    ("sigma_summaries", summaries(mean=lambda s, m, v: v.exp().mean(1)), "is the variance"),
    ("sigma_summaries", summaries(mean=lambda s, m, v: s.mean()), "One number a face"),
    ("sigma_summaries", summaries(mean=lambda s, m, v: s.square().mean(1).sqrt()), "root of the mean variance"),
    ("sigma_summaries", summaries(largest=lambda s, m, v: s.max()), "One number a face"),
    ("sigma_summaries", summaries(largest=lambda s, m, v: s.argmax(1)), "which class has it"),
    ("sigma_summaries", summaries(largest=lambda s, m, v: v.amax(1)), "turn it into σ"),
    ("sigma_summaries", lambda m, v: tuple(summaries()(m, v).values()), "Return dict"),
    ("sigma_summaries", lambda m, v: {"mean": sigma(v).mean(1)}, "names of the keys"),
]  # fmt: skip


OURS = {"variational_head": VariationalHead, "latent_head": LatentHead, **vars(formulas)}
OURS = {name: OURS[name] for name, _ in RIGHT}
test_right, test_wrong, test_unwritten = answer_tests("variational_head", RIGHT, WRONG, ours=OURS)


def test_an_unwritten_module_is_not_called_wrong():
    class Unwritten(nn.Module):
        def __init__(self, features, classes):
            super().__init__()
            ...  # write your lines here

        def forward(self, features): ...  # write your lines here

    assert run_check("variational_head.variational_head", Unwritten).status == "unwritten"


@pytest.mark.parametrize("yours", [head(sample), OneLayer, VarianceFirst])
def test_a_learners_head_gives_an_objective_its_own_mean_and_log_variance(yours):
    mine, features = yours(FEATURES, CLASSES), torch.randn(3, FEATURES)
    distribution = OwnHead(mine, FEATURES).distribution(features)
    assert torch.equal(distribution.mean, mine.eval()(features))
    assert distribution.stddev.std() > 0


@pytest.mark.parametrize(("mine", "librarys"), [(head(sample), VariationalHead), (head(sampled), LatentHead)])
def test_the_lessons_solution_trains_as_the_library_to_the_last_bit(mine, librarys):
    faces, sizes = shape_faces(60, seed=3), ((LATENT,) if librarys is LatentHead else ())
    objective = Objective(divergence="gaussian", weight=0.1)
    first, second = (
        train_on_shapes(lambda f, c, kind=kind: OwnHead(kind(f, c, *sizes), f), objective, faces, 0, epochs=2)
        for kind in (mine, librarys)
    )
    assert torch.equal(first(faces.features), second(faces.features))

"""The checks of the variational head pass on right answers and know the typical wrong ones."""

import pytest
import torch
from torch import nn
from torch.distributions import Normal

from poster_var_course.checks import run_check

FEATURES, LATENT, CLASSES = 6, 5, 8


class Layers(nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.mean = nn.Linear(features, classes)
        self.log_variance = nn.Linear(features, classes)


class LatentLayers(Layers):
    def __init__(self, features, latent, classes):
        super().__init__(features, latent)
        self.classifier = nn.Linear(latent, classes)


def sigma(log_variance):
    return torch.exp(log_variance / 2)


def head(in_training, at_test=lambda m, v: m, base=Layers):
    """A head of two layers whose training and test outputs are functions of mean and log-variance."""

    class Head(base):
        def forward(self, features):
            answer = in_training if self.training else at_test
            return answer(self.mean(features), self.log_variance(features))

    return Head


def latent_head(in_training, at_test=lambda m, v, classify: classify(m)):
    class Head(LatentLayers):
        def forward(self, features):
            answer = in_training if self.training else at_test
            return answer(self.mean(features), self.log_variance(features), self.classifier)

    return Head


def draw(m, v):
    return m + sigma(v) * torch.randn_like(m)


class OneLayer(nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.both = nn.Linear(features, 2 * classes)


RIGHT = {
    "variational_head": [head(draw), head(lambda m, v: Normal(m, v.exp().sqrt()).rsample())],
    "latent_head": [latent_head(lambda m, v, classify: classify(draw(m, v)))],
    "initial_spread": [lambda width, weight_std, rms: (width * weight_std**2 * rms**2) ** 0.5],
    "monte_carlo": [lambda m, v, e: (m + sigma(v) * e).softmax(2).mean(0)],
}

WRONG = [
    ("variational_head", head(lambda m, v: m), "In training the head returns a draw"),
    ("variational_head", head(lambda m, v: m + v.exp() * torch.randn_like(m)), "the variance"),
    ("variational_head", head(lambda m, v: m + torch.randn_like(m)), "second layer has no say"),
    ("variational_head", head(lambda m, v: m + v * torch.randn_like(m)), "undo the logarithm"),
    ("variational_head", head(lambda m, v: draw(m, v).softmax(1)), "No softmax"),
    ("variational_head", head(lambda m, v: m + sigma(v) * torch.randn_like(m)[:1]), "noise of its own"),
    ("variational_head", head(lambda m, v: Normal(m, sigma(v)).sample()), "not sample"),
    ("variational_head", head(lambda m, v: draw(m, v.detach())), "not sample"),
    ("variational_head", head(draw, at_test=draw), "self.training"),
    ("variational_head", head(draw, at_test=lambda m, v: m.softmax(1)), "No softmax"),
    ("variational_head", OneLayer, "called mean and log_variance"),
    ("latent_head", latent_head(lambda m, v, classify: classify(m)), "Nothing was drawn"),
    ("latent_head", latent_head(lambda m, v, classify: draw(m, v)), "classifier comes after"),
    (
        "latent_head",
        latent_head(lambda m, v, classify: classify(m + v.exp() * torch.randn_like(m))),
        "its root is σ",
    ),
    ("latent_head", latent_head(lambda m, v, classify: classify(m + torch.randn_like(m))), "no say yet"),
    ("latent_head", latent_head(lambda m, v, classify: classify(draw(m, v).detach())), "not sample"),
    ("latent_head", latent_head(*[lambda m, v, classify: classify(draw(m, v))] * 2), "self.training"),
    (
        "latent_head",
        latent_head(lambda m, v, classify: classify(draw(m, v)), lambda m, v, classify: m),
        "classifier follows",
    ),
    ("initial_spread", lambda width, s, rms: s * rms * width, "root is missing"),
    ("initial_spread", lambda width, s, rms: (s * rms) ** 2 * width, "variance"),
    ("initial_spread", lambda width, s, rms: s * rms, "one product"),
    ("initial_spread", lambda width, s, rms: s * width**0.5, "own size"),
    ("initial_spread", lambda width, s, rms: s * rms / width**0.5, "does not average"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).mean(0).softmax(1), "Softmax first"),
    ("monte_carlo", lambda m, v, e: m.softmax(1), "softmax of the mean"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).softmax(0).mean(0), "last dimension"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).softmax(2), "first dimension"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).softmax(2).mean(1), "not over the faces"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).softmax(2).mean((0, 1)), "keeps its row"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).log_softmax(2).mean(0).exp(), "logarithms"),
    ("monte_carlo", lambda m, v, e: (m + v.exp() * e).softmax(2).mean(0), "its root is σ"),
    ("monte_carlo", lambda m, v, e: (m + sigma(v) * e).softmax(2).sum(0), "sum to 1"),
]


@pytest.mark.parametrize(("question", "yours"), [(i, one) for i, many in RIGHT.items() for one in many])
def test_a_right_answer_passes(question, yours):
    result = run_check(f"variational_head.{question}", yours)
    assert result.passed, result


@pytest.mark.parametrize(("question", "yours", "said"), WRONG)
def test_a_typical_mistake_gets_its_own_hint(question, yours, said):
    result = run_check(f"variational_head.{question}", yours)
    assert result.status == "wrong"
    assert said in result.hint


@pytest.mark.parametrize("question", ["initial_spread", "monte_carlo"])
def test_an_unwritten_function_is_not_called_wrong(question):
    assert run_check(f"variational_head.{question}", lambda *given: ...).status == "unwritten"


def test_an_unwritten_module_is_not_called_wrong():
    class Unwritten(nn.Module):
        def __init__(self, features, classes):
            super().__init__()
            ...  # write your lines here

        def forward(self, features): ...  # write your lines here

    assert run_check("variational_head.variational_head", Unwritten).status == "unwritten"

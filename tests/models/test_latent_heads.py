"""Heads with a code, against what has a closed form: information, evidence, and the variational head itself."""

import math

import pytest
import torch
from torch.distributions import MultivariateNormal, Normal

from pvlib.losses import Objective, cross_entropy, gaussian_kl
from pvlib.models.heads import DecoderHead, LatentHead, VariationalHead

FEATURES, CLASSES = 6, 4


def fill(layer, weight, bias=None):
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.zero_() if bias is None else layer.bias.copy_(bias)


def test_with_the_identity_for_a_classifier_it_is_the_variational_head_bit_for_bit():
    latent, variational = LatentHead(FEATURES, CLASSES, latent=CLASSES), VariationalHead(FEATURES, CLASSES)
    latent.load_state_dict(variational.state_dict(), strict=False)
    fill(latent.classifier, torch.eye(CLASSES))
    features, target = torch.randn(5, FEATURES), torch.rand(5, CLASSES).softmax(dim=1)
    objective, losses, slopes = Objective(divergence="gaussian", weight=0.1), [], []
    for head in (latent, variational):
        torch.manual_seed(2)
        logits, *more = head.sample(features)
        losses.append(objective(logits, target, *more))
        slopes.append(torch.autograd.grad(losses[-1], head.mean.weight)[0])
    assert torch.equal(*losses)
    assert torch.equal(*slopes)
    assert torch.equal(latent.eval()(features), variational.eval()(features))


def test_the_mean_rate_of_a_noisy_copy_is_the_information_in_it():
    """x ~ N(0, 1), z = x + s ε, prior N(0, 1 + s²): ½ ln(1 + 1/s²); z is scaled so that its prior is N(0, 1)."""
    variance = 0.25
    scale = (1 + variance) ** -0.5
    head = LatentHead(1, 2, latent=1)
    fill(head.mean, torch.tensor([[scale]]))
    fill(head.log_variance, torch.zeros(1, 1), torch.tensor([math.log(variance * scale**2)]))
    x = Normal(0.0, 1.0).icdf((torch.arange(20_000) + 0.5) / 20_000)[:, None]  # equally likely values
    normal = head.distribution(x).base_dist
    rate = gaussian_kl(normal.loc, 2 * normal.scale.log())
    assert rate.item() == pytest.approx(0.5 * math.log(1 + 1 / variance), abs=2e-4)


def test_a_dimension_that_the_classifier_does_not_read_collapses_to_the_prior():
    torch.manual_seed(0)
    head, features = LatentHead(FEATURES, 2, latent=2), torch.randn(64, FEATURES)
    fill(head.classifier, torch.tensor([[2.0, 0.0], [-2.0, 0.0]]))
    layers = [*head.mean.parameters(), *head.log_variance.parameters()]
    optimizer, objective = torch.optim.Adam(layers, lr=0.05), Objective(divergence="gaussian", weight=0.1)
    for _ in range(300):
        logits, *more = head.sample(features)
        loss = objective(logits, (features[:, 0] > 0).long(), *more)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    normal = head.distribution(features).base_dist
    read, unread = normal.loc.square().mean(dim=0).tolist()
    assert read > 0.3
    assert unread < 0.01
    assert normal.scale[:, 1].mean().item() == pytest.approx(1, abs=0.03)


def test_the_evidence_bound_of_a_linear_decoder_at_the_exact_posterior_is_the_evidence():
    """p(h | z) = N(W z + c, s² I): evidence N(h; c, W Wᵀ + s² I); columns at right angles keep the posterior diagonal."""
    variance, latent = 0.5, 2
    head = DecoderHead(FEATURES, CLASSES, latent)
    columns = torch.linalg.qr(torch.randn(FEATURES, latent)).Q * torch.tensor([2.0, 0.7])  # W
    offset, features = torch.randn(FEATURES), torch.randn(3, FEATURES)
    gram = columns.T @ columns + variance * torch.eye(latent)
    to_mean = torch.linalg.solve(gram, columns.T)
    fill(head.decoder, columns, offset)
    fill(head.mean, to_mean, -to_mean @ offset)
    fill(head.log_variance, torch.zeros(latent, FEATURES), (variance / gram.diagonal()).log())
    normal = head.distribution(features).base_dist
    # E of a quadratic is its mean over these points: they have exactly the normal's mean and covariance
    steps = latent**0.5 * torch.cat((torch.eye(latent), -torch.eye(latent)))[:, None]  # (4, 1, 2)
    rebuilt = head.decoder(normal.loc + steps * normal.scale)  # (4, 3, FEATURES)
    error = (rebuilt - features).square().sum(dim=-1).mean()
    constant = FEATURES / 2 * math.log(2 * math.pi * variance)
    bound = -error / (2 * variance) - constant - gaussian_kl(normal.loc, 2 * normal.scale.log())
    exact = MultivariateNormal(offset, columns @ columns.T + variance * torch.eye(FEATURES))
    assert bound.item() == pytest.approx(exact.log_prob(features).mean().item(), abs=1e-4)


def test_the_joint_objective_adds_the_error_of_the_sampled_code_and_teaches_every_part():
    head, features = DecoderHead(FEATURES, CLASSES, 3), torch.randn(5, FEATURES, requires_grad=True)
    target = torch.tensor([0, 1, 2, 3, 0])
    torch.manual_seed(1)
    logits, *more = head.sample(features)
    torch.manual_seed(1)
    normal = head.distribution(features)
    code = normal.rsample()
    error = (head.decoder(code) - features).square().sum(1).mean()
    rate = gaussian_kl(normal.base_dist.loc, 2 * normal.base_dist.scale.log())
    expected = cross_entropy(head.classifier(code), target) + 0.2 * rate + 0.3 * error
    loss = Objective(divergence="gaussian", weight=0.2, reconstruction=0.3)(logits, target, *more)
    torch.testing.assert_close(loss, expected)
    (slope,) = torch.autograd.grad(more[-1], features, retain_graph=True)
    through_the_code = torch.autograd.grad(error, code, retain_graph=True)[0]
    assert torch.allclose(slope, torch.autograd.grad(code, features, through_the_code)[0], atol=1e-6)
    loss.backward()
    assert all(weight.grad.abs().sum() > 0 for weight in head.parameters())


@pytest.mark.parametrize("head", [LatentHead(FEATURES, CLASSES, 3), DecoderHead(FEATURES, CLASSES, 3)])
def test_at_test_the_classifier_reads_the_mean_code(head):
    features = torch.randn(2, FEATURES)
    assert torch.equal(head.eval()(features), head.classifier(head.mean(features)))
    assert not torch.equal(head.train()(features), head(features))


def test_more_samples_of_the_logits_have_the_codes_covariance_behind_the_classifier():
    head, features = LatentHead(FEATURES, CLASSES, 3), torch.randn(1, FEATURES)
    torch.manual_seed(0)
    with torch.no_grad():
        logits = head.sample(features).draw(200_000)[:, 0]
        covariance = head.classifier.weight * head.distribution(features).variance @ head.classifier.weight.T
    assert torch.allclose(logits.T.cov(), covariance, atol=0.01)

"""The assembled networks: sizes, ablations, gradients, the frozen branch, and how other tools see them."""

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from pvlib.data.network_input import IMAGENET_MEAN, IMAGENET_STD
from pvlib.errors import CourseError
from pvlib.models import LandmarkSize, Poster, poster_pp, poster_var, tiny

SMALL = tiny(48)


def faces(count: int = 4, side: int = 48) -> torch.Tensor:
    return torch.randn(count, 3, side, side)


def test_the_paper_s_network_takes_17_2_gflop_a_face():
    """Published as 8.4 G "FLOPs", which are multiply-accumulates (8.5 G measured on the released code)."""
    with torch.device("meta"):
        network = poster_var(7).eval()
        with FlopCounterMode(display=False) as counter:
            network(torch.empty(1, 3, 224, 224))
    assert counter.get_total_flops() == pytest.approx(17.2e9, rel=0.01)


@pytest.mark.parametrize("side", [48, 64])
@pytest.mark.parametrize("build", [poster_var, poster_pp])
def test_a_tiny_network_has_at_most_2_million_parameters_and_runs(build, side):
    network = build(8, tiny(side)).eval()
    assert sum(parameter.numel() for parameter in network.parameters()) <= 2_000_000
    logits = network(faces(2, side))
    assert logits.shape == (2, 8)
    assert logits.isfinite().all()


def test_native_landmark_input_is_the_picture_itself_in_the_order_blue_green_red():
    picture = torch.rand(2, 3, 112, 112)  # 0-1, RGB
    mean, std = (torch.tensor(values)[:, None, None] for values in (IMAGENET_MEAN, IMAGENET_STD))
    normalised = (picture - mean) / std
    native, released = (Poster(tiny(48, LandmarkSize(native_input=native)), 8) for native in (True, False))
    torch.testing.assert_close(native.landmark_input(normalised), picture[:, [2, 1, 0]])
    assert torch.equal(released.landmark_input(normalised), normalised)


@torch.no_grad()
@pytest.mark.filterwarnings("ignore:.*(torch.jit|trace to be incorrect)")
@pytest.mark.parametrize("build", [poster_var, poster_pp])
def test_a_traced_network_takes_another_number_of_faces(build):
    network = build(8, SMALL).eval()
    traced = torch.jit.trace(network, faces(2), check_trace=False)  # it compares names of modules, too
    images = faces(3)
    torch.testing.assert_close(traced(images), network(images))


def parameters(**changes) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all parameters, without memory for them; a GELU of the embeddings counts as one."""
    with torch.device("meta"):
        network = Poster(replace(SMALL, **changes), 8)
    gelus = [f"{name} (GELU)" for name, part in network.embeds.named_modules() if isinstance(part, nn.GELU)]
    return {name: tuple(part.shape) for name, part in network.named_parameters()} | dict.fromkeys(gelus, ())


HEAD = {f"head.{part}" for part in ("mean.weight", "mean.bias", "log_variance.weight", "log_variance.bias")}


@pytest.mark.parametrize(("change", "gone", "added"), [
    ({"layer_embedding": False}, {"layer_embedding.rows"}, set()),
    ({"fusion_norm": False}, {"fusion_norm.weight", "fusion_norm.bias"}, set()),
    ({"head": "point"}, HEAD, {"head.weight", "head.bias"}),
])  # fmt: skip
def test_an_ablation_takes_exactly_its_part_away(change, gone, added):
    whole, less = parameters(), parameters(**change)
    assert whole.keys() - less.keys() == gone
    assert less.keys() - whole.keys() == added


def test_the_embedding_activation_is_one_gelu_after_each_of_four_convolutions():
    whole, less = parameters(), parameters(embed_activation=False)
    assert sum("GELU" in name for name in whole) == 4
    assert sorted(shape for shape in whole.values() if shape) == sorted(less.values())


def test_depth_scale_and_drop_path_reach_their_parts():
    size = replace(SMALL, encoder_depth=3, layer_scale=0.25, drop_path=(0.1, 0.2, 0.3))
    network = Poster(size, 8)
    assert len(network.encoder.blocks) == 3
    assert [level.drop_path.drop_prob for level in network.levels] == [0.1, 0.2, 0.3]
    for level in network.levels:
        assert level.scale_attention.unique().tolist() == level.scale_mlp.unique().tolist() == [0.25]


def test_the_start_is_as_released():
    network = poster_var(8)
    conv = network.image_pyramid.stages[2][5].conv1.weight  # Kaiming, fan-out: std √(2 / (256 · 9))
    assert conv.std().item() == pytest.approx((2 / (256 * 9)) ** 0.5, rel=0.02)
    linear = network.encoder.blocks[0].mlp.fc1
    assert linear.weight.std().item() == pytest.approx(0.01, rel=0.02)
    assert not linear.bias.any()
    assert network.image_pyramid.stages[2][5].activation.weight.unique().tolist() == [0.25]
    assert network.encoder.position.std().item() == pytest.approx(0.02, rel=0.02)
    assert network.levels[0].scale_mlp.tolist() == pytest.approx([1e-5] * 64)
    assert not network.layer_embedding.rows.any()


@pytest.mark.parametrize("build", [poster_var, poster_pp])
def test_every_parameter_of_a_network_that_trains_along_receives_a_gradient(build):
    network = build(8, SMALL).train()
    nn.functional.cross_entropy(network(faces()), torch.arange(4)).backward()
    slopes = {name: weight.grad for name, weight in network.named_parameters()}
    assert [name for name, slope in slopes.items() if slope is None or not slope.any()] == []


def test_sampled_logits_come_from_the_distribution_beside_them():
    network, point, images = poster_var(8, SMALL).eval(), poster_pp(8, SMALL).eval(), faces(1)
    torch.manual_seed(5)
    logits, distribution, *_ = network.sample_logits(images)
    torch.manual_seed(5)
    torch.testing.assert_close(logits, distribution.mean + distribution.stddev * torch.randn(1, 8))
    assert torch.equal(point.sample_logits(images)[0], point(images))
    with pytest.raises(CourseError, match="point head has no distribution"):
        point.distribution(images)
    with pytest.raises(CourseError, match="no landmark points"):
        point.landmarks(images)


def test_the_full_frozen_landmark_network_serves_tiny_faces():
    network = poster_var(8, tiny(48, LandmarkSize(native_input=True))).train()
    network(faces()).sum().backward()
    assert network.landmarks(faces(2)).shape == (2, 68, 2)
    assert [maps.shape[-1] for maps in network.landmark_levels(faces(1))] == [28, 14, 7]  # it sees 112 pixels
    assert not any(parameter.requires_grad for parameter in network.landmark_net.parameters())


@torch.no_grad()
def test_bfloat16_autocast_stays_near_float32_and_keeps_the_distribution_in_float32():
    network, images = poster_var(8, SMALL).eval(), faces()
    exact = network.forward_features(images)
    with torch.autocast("cpu", torch.bfloat16):
        rough = network.forward_features(images)
        distribution = network.distribution(images)
    assert (rough.float() - exact).norm() < 0.05 * exact.norm()  # bfloat16 keeps 8 bits
    assert distribution.mean.dtype == distribution.stddev.dtype == torch.float32

"""The assembled networks: sizes, ablations, gradients, the frozen branch, and how other tools see them."""

import subprocess
import sys
from dataclasses import replace
from functools import cache

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from pvlib.data.network_input import IMAGENET_MEAN, IMAGENET_STD
from pvlib.errors import CourseError
from pvlib.models import LandmarkSize, Poster, Size, narrow_landmarks, paper, poster_pp, poster_var, tiny
from pvlib.models.poster import resize
from pvlib.models.sizes import without_variational_parts


def shapes(size: Size, classes: int = 8) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all parameters, without memory for them."""
    with torch.device("meta"):
        network = Poster(size, classes)
    return {name: tuple(parameter.shape) for name, parameter in network.named_parameters()}


@cache
def small() -> Size:
    return tiny(48)


def faces(count: int = 4, side: int = 48) -> torch.Tensor:
    return torch.randn(count, 3, side, side)


# ---------------------------------------------------------------- size and cost


@pytest.mark.parametrize("side", [48, 64])
@pytest.mark.parametrize("build", [poster_var, poster_pp])
def test_a_tiny_network_has_at_most_2_million_parameters_and_runs(build, side):
    network = build(8, tiny(side)).eval()
    assert sum(parameter.numel() for parameter in network.parameters()) <= 2_000_000
    logits = network(faces(2, side))
    assert logits.shape == (2, 8)
    assert logits.isfinite().all()


def test_the_paper_s_network_takes_17_2_gflop_a_face():
    """Published as 8.4 G "FLOPs", which are multiply-accumulates (8.5 G measured on the released code)."""
    with torch.device("meta"):
        network = poster_var(7).eval()
        with FlopCounterMode(display=False) as counter:
            network(torch.empty(1, 3, 224, 224))
    assert counter.get_total_flops() == pytest.approx(17.2e9, rel=0.01)


def test_the_tensors_at_paper_size_have_the_shapes_of_the_published_walk():
    with torch.device("meta"):
        network = poster_var(7).eval()
        images = torch.empty(2, 3, 224, 224)
        fused = [tuple(maps.shape) for maps in network.forward_levels(images)]
        assert fused == [(2, 28, 28, 64), (2, 14, 14, 128), (2, 7, 7, 256)]
        assert network.forward_tokens(images).shape == (2, 147, 768)
        assert network.forward_features(images).shape == (2, 768)
        assert network(images).shape == (2, 7)
        assert network.landmarks(images).shape == (2, 68, 2)


# ---------------------------------------------------------------- input


def test_224_pixels_become_112_by_taking_every_second_one():
    images = faces(2, 224)
    assert torch.equal(resize(images, 112), images[..., ::2, ::2])


def test_an_image_of_the_right_size_is_left_alone_and_a_constant_one_stays_constant():
    images = faces(2, 48)
    assert resize(images, 48) is images
    constant = torch.full((1, 3, 112, 112), 0.3)
    torch.testing.assert_close(resize(constant[..., :48, :48], 112), constant)


def test_larger_images_are_reduced_to_the_size_that_the_network_sees():
    network = poster_var(8, small()).eval()
    images = faces(2, 96)
    assert torch.equal(network(images), network(images[..., ::2, ::2]))


def test_native_landmark_input_is_the_picture_itself_in_the_order_blue_green_red():
    picture = torch.rand(2, 3, 112, 112)  # 0-1, RGB
    mean = torch.tensor(IMAGENET_MEAN)[:, None, None]
    std = torch.tensor(IMAGENET_STD)[:, None, None]
    normalised = (picture - mean) / std
    native = Poster(replace(small(), landmark=LandmarkSize(native_input=True)), 8)
    torch.testing.assert_close(native.landmark_input(normalised), picture[:, [2, 1, 0]])
    released = Poster(replace(small(), landmark=LandmarkSize()), 8)
    assert torch.equal(released.landmark_input(normalised), normalised)


# ---------------------------------------------------------------- other tools, other processes


@torch.no_grad()
@pytest.mark.filterwarnings("ignore:.*(torch.jit|trace to be incorrect)")
@pytest.mark.parametrize("build", [poster_var, poster_pp])
def test_a_traced_network_takes_another_number_of_faces(build):
    network = build(8, small()).eval()
    traced = torch.jit.trace(network, faces(2), check_trace=False)  # it compares names of modules, too
    images = faces(3)
    torch.testing.assert_close(traced(images), network(images))


def test_importing_and_building_networks_brings_no_library_that_imports_slower_than_torch():
    program = (
        "import sys, torch; from pvlib.models import poster_var, tiny; import pvlib.models.released; "
        "poster_var(8, tiny()); print(sorted({'timm', 'torchvision', 'lightning', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---------------------------------------------------------------- ablations


def test_without_layer_embedding_exactly_its_rows_are_gone():
    with_it, without = shapes(small()), shapes(replace(small(), layer_embedding=False))
    assert with_it.keys() - without.keys() == {"layer_embedding.rows"}
    assert without.keys() <= with_it.keys()


def test_without_fusion_norm_exactly_that_norm_is_gone():
    with_it, without = shapes(small()), shapes(replace(small(), fusion_norm=False))
    assert with_it.keys() - without.keys() == {"fusion_norm.weight", "fusion_norm.bias"}
    assert without.keys() <= with_it.keys()


def test_a_point_head_replaces_exactly_the_variational_head():
    variational, point = shapes(small()), shapes(replace(small(), head="point"))
    changed = {f"head.{layer}.{kind}" for layer in ("mean", "log_variance") for kind in ("weight", "bias")}
    assert variational.keys() - point.keys() == changed
    assert point.keys() - variational.keys() == {"head.weight", "head.bias"}


def gelus(network: nn.Module) -> int:
    return sum(isinstance(module, nn.GELU) for module in network.embeds.modules())


def test_the_embedding_activation_is_one_gelu_after_each_of_four_convolutions():
    with_it, without = Poster(small(), 8), Poster(replace(small(), embed_activation=False), 8)
    assert (gelus(with_it), gelus(without)) == (4, 0)
    kept = [sorted(tuple(p.shape) for p in network.parameters()) for network in (with_it, without)]
    assert kept[0] == kept[1]


def test_without_points_exactly_their_layer_is_gone():
    landmark = LandmarkSize()
    with_it = shapes(replace(small(), landmark=landmark))
    without = shapes(replace(small(), landmark=replace(landmark, points=False)))
    assert without.keys() < with_it.keys()
    assert all(name.startswith("landmark_net.points.") for name in with_it.keys() - without.keys())


def test_depth_scale_and_drop_path_reach_their_parts():
    size = replace(small(), encoder_depth=3, layer_scale=0.25, drop_path=(0.1, 0.2, 0.3))
    network = Poster(size, 8)
    assert len(network.encoder.blocks) == 3
    assert [level.drop_path.drop_prob for level in network.levels] == [0.1, 0.2, 0.3]
    for level in network.levels:
        assert level.scale_attention.unique().tolist() == level.scale_mlp.unique().tolist() == [0.25]


def test_poster_pp_is_poster_var_without_its_three_additions_and_its_head():
    baseline = poster_pp(8, small())
    assert not isinstance(baseline.fusion_norm, nn.LayerNorm)
    assert gelus(baseline) == 0
    assert not any("layer_embedding" in name for name, _ in baseline.named_parameters())
    assert isinstance(baseline.head, nn.Linear)
    additions = sum(p.numel() for p in poster_var(8, small()).parameters()) - sum(
        p.numel() for p in baseline.parameters()
    )
    dim = small().embed_dim
    assert additions == 3 * dim + 2 * dim + 8 * (dim + 1)  # rows, norm, log-variance


def test_by_default_both_have_paper_size():
    with torch.device("meta"):
        assert poster_var(7).size == paper()
        assert poster_pp(7).size == without_variational_parts(paper())


# ---------------------------------------------------------------- start, gradients, modes


def test_the_start_is_as_released():
    network = poster_var(8)
    conv = network.image_pyramid.stages[2][5].conv1.weight  # Kaiming, fan-out: std √(2 / (256 · 9))
    assert conv.std().item() == pytest.approx((2 / (256 * 9)) ** 0.5, rel=0.02)
    linear = network.encoder.blocks[0].mlp.fc1
    assert linear.weight.std().item() == pytest.approx(0.01, rel=0.02)
    assert not linear.bias.any()
    assert network.encoder.position.std().item() == pytest.approx(0.02, rel=0.02)
    assert network.levels[0].scale_mlp.tolist() == pytest.approx([1e-5] * 64)
    assert not network.layer_embedding.rows.any()


@pytest.mark.parametrize("build", [poster_var, poster_pp])
def test_every_parameter_of_a_network_that_trains_along_receives_a_gradient(build):
    network = build(8, small()).train()
    nn.functional.cross_entropy(network(faces()), torch.arange(4)).backward()
    dead = [
        name for name, parameter in network.named_parameters()
        if parameter.grad is None or not parameter.grad.any()
    ]  # fmt: skip
    assert dead == []


def test_a_frozen_branch_gets_no_gradient_and_its_statistics_do_not_drift():
    network = Poster(replace(small(), landmark=replace(narrow_landmarks(48), frozen=True)), 8).train()
    before = {name: value.clone() for name, value in network.landmark_net.state_dict().items()}
    network(faces()).sum().backward()
    assert all(parameter.grad is None for parameter in network.landmark_net.parameters())
    assert network.image_pyramid.stem[0].weight.grad is not None
    after = network.landmark_net.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_a_frozen_branch_costs_no_graph():
    network = Poster(replace(small(), landmark=replace(narrow_landmarks(48), frozen=True)), 8).train()
    assert not any(maps.requires_grad for maps in network.landmark_levels(faces()))
    along = poster_var(8, small()).train()
    assert all(maps.requires_grad for maps in along.landmark_levels(faces()))


def test_a_branch_that_trains_along_gathers_statistics():
    network = poster_var(8, small()).train()
    network(faces())
    assert network.landmark_net.pyramid.stem[0].norm.num_batches_tracked == 1
    assert network.landmark_net.training


def test_training_samples_and_evaluation_does_not():
    network = poster_var(8, replace(small(), drop_path=(0.0, 0.0, 0.0)))
    features = network.eval().forward_features(faces())
    assert not torch.equal(network.train().head(features), network.head(features))
    images = faces()
    network.eval()
    assert torch.equal(network(images), network(images))
    torch.testing.assert_close(network(images), network.distribution(images).mean)


def test_sampled_logits_come_from_the_distribution_beside_them():
    network = poster_var(8, small()).eval()
    images = faces(1)
    torch.manual_seed(5)
    logits, distribution = network.sample_logits(images)
    torch.manual_seed(5)
    noise = torch.randn(1, 8)
    torch.testing.assert_close(logits, distribution.mean + distribution.stddev * noise)
    point = poster_pp(8, small()).eval()
    logits, distribution = point.sample_logits(images)
    assert distribution is None
    assert torch.equal(logits, point(images))


# ---------------------------------------------------------------- landmark branches, precision, saving


def test_the_full_frozen_landmark_network_serves_tiny_faces():
    network = poster_var(8, tiny(48, LandmarkSize(native_input=True))).train()
    network(faces()).sum().backward()
    assert network.landmarks(faces(2)).shape == (2, 68, 2)
    assert [maps.shape[-1] for maps in network.landmark_levels(faces(1))] == [28, 14, 7]  # it sees 112 pixels
    assert not any(parameter.requires_grad for parameter in network.landmark_net.parameters())


def test_points_of_a_branch_that_has_none_are_refused():
    with pytest.raises(CourseError, match="no landmark points"):
        poster_var(8, small()).landmarks(faces(1))


def test_a_point_head_has_no_distribution():
    with pytest.raises(CourseError, match="point head has no distribution"):
        poster_pp(8, small()).distribution(faces(1))


@pytest.mark.parametrize("classes", [1, 0, -3])
def test_fewer_than_two_classes_are_refused(classes):
    with pytest.raises(CourseError, match=f"num_classes must be at least 2, not {classes}"):
        poster_var(classes, small())


def test_bfloat16_autocast_stays_near_float32_and_keeps_the_distribution_in_float32():
    network = poster_var(8, small()).eval()
    images = faces()
    with torch.no_grad():
        exact = network.forward_features(images)
        with torch.autocast("cpu", torch.bfloat16):
            rough = network.forward_features(images)
            distribution = network.distribution(images)
    assert (rough.float() - exact).norm() < 0.05 * exact.norm()  # bfloat16 keeps 8 bits
    assert distribution.mean.dtype == distribution.stddev.dtype == torch.float32


def test_a_training_step_under_bfloat16_autocast_leaves_finite_gradients():
    network = poster_var(8, small()).train()
    with torch.autocast("cpu", torch.bfloat16):
        loss = nn.functional.cross_entropy(network(faces()), torch.arange(4))
    loss.backward()
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters())


def test_a_state_dict_restores_the_network(tmp_path):
    network, other = poster_var(8, small()).eval(), poster_var(8, small()).eval()
    images = faces()
    assert not torch.equal(network(images), other(images))
    torch.save(network.state_dict(), tmp_path / "weights.pt")
    other.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
    assert torch.equal(network(images), other(images))


def test_faces_of_a_batch_do_not_look_at_each_other_in_evaluation():
    network = poster_var(8, small()).eval()
    images = faces()
    one_by_one = torch.cat([network(image[None]) for image in images])
    torch.testing.assert_close(network(images), one_by_one, atol=1e-5, rtol=1e-4)

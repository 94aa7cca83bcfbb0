"""What is shown of a network is what it computes."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from pvlib.errors import CourseError
from pvlib.explain.attention import attention_of
from pvlib.explain.reach import receptive_field, sensitivity
from pvlib.explain.tracing import trace
from pvlib.models import poster_pp, poster_var, tiny


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return poster_var(8, tiny()).eval()


@pytest.fixture(scope="module")
def images():
    return torch.randn(2, 3, 48, 48, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_weights_times_the_values_are_what_the_level_s_attention_answers(network, images, level):
    part, seen = network.levels[level - 1].attention, []
    hook = part.register_forward_hook(lambda _part, inputs, answer: seen.append((inputs[0], answer)))
    found = attention_of(network.train(), images, level)  # as in evaluation, whatever the mode
    hook.remove()
    assert network.training
    network.eval()
    ((image_tokens, answer),) = seen
    value = part.split_heads(part.key_value(image_tokens).chunk(2, dim=-1)[1])  # (batch, heads, N, d)
    torch.testing.assert_close(part.project((found.weights @ value).transpose(1, 2).flatten(2)), answer)
    torch.testing.assert_close(found.weights, (found.content + found.bias).softmax(dim=-1))
    assert not part._forward_pre_hooks


def test_a_convolution_reaches_its_kernel_and_no_further():
    conv = nn.Conv2d(1, 1, 3, stride=2, padding=1, bias=False)
    with torch.no_grad():
        conv.weight.copy_(torch.arange(9.0).sub(4).view(1, 1, 3, 3))
    expected = torch.zeros(6, 6)
    expected[1:4, 3:6] = conv.weight[0, 0].detach().abs()  # output (1, 2) is centred on pixel (2, 4)
    assert torch.equal(sensitivity(conv, torch.randn(5, 1, 6, 6), (1, 2)), expected)


def span(steps, cell, side):
    """First and last pixel that a cell sees through convolutions (kernel, stride), padded by half a kernel."""
    first = last = cell
    for kernel, stride in reversed(steps):
        first, last = first * stride - kernel // 2, last * stride + kernel // 2
    return max(first, 0), min(last, side - 1)


STEM, UNIT, WIDE, HALVE, PLAIN = [(3, 1)], [(3, 1), (3, 2)], [(3, 1), (3, 1)], [(3, 2)], [(1, 1)]
BOTTLENECKS = [(3, 2), (3, 1)]  # the depthwise convolutions of a narrow landmark stage
IMAGE = [STEM + UNIT, UNIT + WIDE, UNIT + WIDE]  # units (1, 2, 2)


@pytest.mark.parametrize(("branch", "level", "cell", "steps"), [
    ("image", 1, (0, 5), STEM + UNIT + HALVE),
    ("image", 2, (3, 3), IMAGE[0] + IMAGE[1] + HALVE),
    ("landmark", 1, (6, 6), [(3, 2), (3, 1), *BOTTLENECKS]),
])  # fmt: skip
def test_a_gradient_is_zero_outside_of_the_square_that_the_layers_span(
    network, images, branch, level, cell, steps
):
    reached = receptive_field(network, images, branch, level, cell)
    inside = torch.zeros(48, 48, dtype=torch.bool)
    (top, bottom), (left, right) = (span(steps, place, 48) for place in cell)
    inside[top : bottom + 1, left : right + 1] = True
    assert torch.equal(reached != 0, inside)


@pytest.mark.parametrize("build", [poster_var, poster_pp])
def test_the_boxes_hold_every_parameter_and_are_named_as_in_figure_2(build):
    network = build(8, replace(tiny(), queries="other_face", squeeze_excite=False)).eval()
    boxes = {box.name: box for box in trace(network, torch.randn(2, 3, 48, 48))}
    assert sum(box.parameters for box in boxes.values()) == sum(p.numel() for p in network.parameters())
    assert ("layer_embedding" in boxes, "squeeze_excite" in boxes) == (build is poster_var, False)
    assert list(boxes)[:2] == ["landmark_net", "queries"]
    assert boxes["levels.1"].shape == (6, 6, 64)
    assert boxes["image_pyramid"].shape == ((32, 24, 24), (64, 12, 12), (128, 6, 6))
    assert boxes["image_reduce.0"].flop == 2 * 32 * 32 * 9 * 12**2
    assert all(0 < box.milliseconds < 1e4 for box in boxes.values())


def test_the_boxes_of_the_paper_s_network_add_up_to_17_2_gflop():
    boxes = trace(poster_var(7).eval(), torch.randn(1, 3, 224, 224))
    assert sum(box.flop for box in boxes) == pytest.approx(17.2e9, rel=0.01)


def test_what_is_not_there_is_refused_by_name(network, images):
    without = poster_var(8, replace(tiny(), queries="none"))
    for refused, said in [
        (lambda: attention_of(network, images, 4), "levels 1, 2 and 3, not 4"),
        (lambda: attention_of(without, images, 1), "no cross-attention"),
        (lambda: receptive_field(without, images, "landmark"), "no landmark branch"),
        (lambda: receptive_field(network, images, "image", 3, (3, 0)), "3 × 3 cells"),
        (lambda: receptive_field(network, images, "images"), "branches"),
    ]:
        with pytest.raises(CourseError, match=said):
            refused()

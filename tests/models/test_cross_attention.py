"""Cross-attention against a plain loop over equations 1 and 2."""

import math

import pytest
import torch

from pvlib.models.cross_attention import CrossAttentionLevel, WindowCrossAttention


def looped_attention(attention: WindowCrossAttention, image_tokens, landmark_tokens, window, head_dim):
    """Equations 1 and 2 for one image, one head, one query and one key at a time."""
    tokens, channels = image_tokens.shape
    weight, bias = attention.key_value.weight, attention.key_value.bias
    keys = image_tokens @ weight[:channels].T + bias[:channels]
    values = image_tokens @ weight[channels:].T + bias[channels:]
    heads_side_by_side = torch.zeros(tokens, channels, dtype=image_tokens.dtype)
    for head in range(channels // head_dim):
        part = slice(head * head_dim, (head + 1) * head_dim)
        for i in range(tokens):
            scores = []
            for j in range(tokens):
                row_offset = i // window - j // window + window - 1
                column_offset = i % window - j % window + window - 1
                position = attention.position_bias[row_offset * (2 * window - 1) + column_offset, head]
                scores.append(landmark_tokens[i, part] @ keys[j, part] / math.sqrt(head_dim) + position)
            shares = torch.stack(scores).softmax(dim=0)
            heads_side_by_side[i, part] = sum(
                share * values[j, part] for j, share in enumerate(shares)
            )  # (head_dim,)
    return heads_side_by_side @ attention.project.weight.T + attention.project.bias


@pytest.mark.parametrize(("channels", "head_dim", "window"), [(4, 4, 2), (6, 3, 3), (8, 2, 2)])
def test_attention_equals_the_loop_over_its_equations(channels, head_dim, window):
    attention = WindowCrossAttention(channels, head_dim, window).double()
    torch.nn.init.normal_(attention.position_bias)
    image_tokens, landmark_tokens = torch.randn(2, 2, window**2, channels, dtype=torch.float64)
    ours = attention(image_tokens, landmark_tokens)
    for i in range(2):
        expected = looped_attention(attention, image_tokens[i], landmark_tokens[i], window, head_dim)
        torch.testing.assert_close(ours[i], expected)


def test_drop_path_drops_a_branch_in_training_only():
    level = CrossAttentionLevel(4, 2, window=2, drop_path=0.5, layer_scale=1.0)
    image_map, landmark_map = torch.randn(2, 1, 4, 2, 2).expand(2, 256, 4, 2, 2)
    rows = level.train()(image_map, landmark_map).flatten(1)  # 256 copies of one image
    assert len(rows.unique(dim=0)) == 4  # each of the two branches is there or not
    assert len(level.eval()(image_map, landmark_map).flatten(1).unique(dim=0)) == 1

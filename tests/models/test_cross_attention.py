"""What the golden values do not tell of the cross-attention: its drop-path."""

import torch

from pvlib.models.cross_attention import CrossAttentionLevel


def test_drop_path_drops_a_branch_in_training_only():
    level = CrossAttentionLevel(4, 2, window=2, drop_path=0.5, layer_scale=1.0)
    image_map, landmark_map = torch.randn(2, 1, 4, 2, 2).expand(2, 256, 4, 2, 2)
    rows = level.train()(image_map, landmark_map).flatten(1)  # 256 copies of one image
    assert len(rows.unique(dim=0)) == 4  # each of the two branches is there or not
    assert len(level.eval()(image_map, landmark_map).flatten(1).unique(dim=0)) == 1

import pytest
import torch

from pvlib.models.layer_embedding import LayerEmbedding


def test_a_new_embedding_changes_nothing():
    tokens = [torch.randn(2, 5, 4), torch.randn(2, 3, 4), torch.randn(2, 3, 4)]
    for before, after in zip(tokens, LayerEmbedding(3, 4)(tokens), strict=True):
        assert torch.equal(before, after)


def test_row_i_is_added_to_every_token_of_level_i():
    embedding = LayerEmbedding(3, 4)
    torch.nn.init.normal_(embedding.rows)
    tokens = [torch.randn(2, 5, 4), torch.randn(2, 3, 4), torch.randn(2, 1, 4)]
    for level, after in enumerate(embedding(tokens)):
        for image in range(2):
            for token in range(after.shape[1]):
                expected = tokens[level][image, token] + embedding.rows[level, 0]
                assert torch.equal(after[image, token], expected)


def test_the_gradient_of_row_i_counts_the_tokens_of_level_i():
    embedding = LayerEmbedding(2, 1)
    sum(level.sum() for level in embedding([torch.zeros(3, 5, 1), torch.zeros(3, 2, 1)])).backward()
    assert embedding.rows.grad.flatten().tolist() == [15, 6]  # images × tokens


def test_another_number_of_levels_is_an_error():
    with pytest.raises(ValueError, match="zip"):
        LayerEmbedding(3, 4)([torch.zeros(1, 1, 4)] * 2)

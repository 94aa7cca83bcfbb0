"""Load the authors' weights: released POSTER-Var, POSTER++ and landmark checkpoints into our networks.

The released modules name things by history (``VIT``, ``embed_q``, ``face_landback``) and allocate 14.48 M
parameters that never receive a gradient. ``RELEASED_NAMES`` gives, for every weight of ours, its released
name; ``DEAD`` names what is ignored. Anything else in a file is an error.
"""

import re
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from pvlib.errors import CourseError, shown
from pvlib.models.checkpoint_reader import read_checkpoint
from pvlib.models.filling import build_filled
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.models.poster import Poster, poster_pp, poster_var
from pvlib.models.sizes import LandmarkSize
from pvlib.models.state_dicts import find_state_dict

Rename = tuple[str, str | Callable[[re.Match], str]]

# Applied in order to our name; (pattern, released name or a function of the match).
RELEASED_LANDMARK_NAMES: list[Rename] = [
    (r"\.norm\.", ".bn."),
    (r"\.activation\.", ".prelu."),
    (r"\.depthwise\.", ".conv_dw."),
    (r"\.expand\.", ".conv."),
    (r"^pyramid\.stem\.0\.", "conv1."),
    (r"^pyramid\.stem\.1\.", "conv2_dw."),
    (r"^pyramid\.stages\.(\d)\.0\.", lambda m: f"conv_{int(m[1]) + 2}{int(m[1]) + 3}."),
    (r"^pyramid\.stages\.(\d)\.(\d+)\.", lambda m: f"conv_{int(m[1]) + 3}.model.{int(m[2]) - 1}."),
    (r"^pyramid\.separable\.", "conv_6_sep."),
    (r"^points\.conv_dw\.", "output_layer.conv_6_dw."),
    (r"^points\.", "output_layer."),
]

RELEASED_NAMES: list[Rename] = [
    (r"^image_pyramid\.stem\.", "ir_back.input_layer."),
    (r"^image_pyramid\.stages\.(\d)\.(\d+)\.", lambda m: f"ir_back.body{int(m[1]) + 1}.{m[2]}."),
    (r"^(ir_back\.body.*)\.norm1\.", r"\1.res_layer.0."),
    (r"^(ir_back\.body.*)\.conv1\.", r"\1.res_layer.1."),
    (r"^(ir_back\.body.*)\.activation\.", r"\1.res_layer.2."),
    (r"^(ir_back\.body.*)\.conv2\.", r"\1.res_layer.3."),
    (r"^(ir_back\.body.*)\.norm2\.", r"\1.res_layer.4."),
    (r"^(ir_back\.body.*)\.shortcut\.", r"\1.shortcut_layer."),
    (r"^image_reduce\.(\d)\.", lambda m: f"conv{int(m[1]) + 1}."),
    (r"^landmark_reduce\.2\.0\.", "last_face_conv."),
    (r"^levels\.(\d)\.", lambda m: f"level{int(m[1]) + 1}."),
    (r"^level(\d)\.norm\.", r"window\1.norm."),
    (r"^level(\d)\.attention\.position_bias$", r"attn\1.relative_position_bias_table"),
    (r"^level(\d)\.attention\.key_value\.", r"attn\1.qkv."),
    (r"^level(\d)\.attention\.project\.", r"attn\1.proj."),
    (r"^level(\d)\.scale_attention$", r"ffn\1.gamma1"),
    (r"^level(\d)\.scale_mlp$", r"ffn\1.gamma2"),
    (r"^level(\d)\.norm_mlp\.", r"ffn\1.norm."),
    (r"^level(\d)\.mlp\.", r"ffn\1.mlp."),
    (r"^embeds\.0\.", "embed_q."),
    (r"^embeds\.1\.", "embed_k."),
    (r"^embeds\.2\.", "embed_v."),
    (r"^layer_embedding\.rows$", "level_embeds"),
    (r"^encoder\.position$", "VIT.pos_embed"),
    (r"^encoder\.", "VIT."),
    (r"^squeeze_excite\.hidden\.", "VIT.se_block.linear1."),
    (r"^squeeze_excite\.gate\.", "VIT.se_block.linear2."),
    (r"^head\.mean\.", "VIT.head_vae.fc_mu."),
    (r"^head\.log_variance\.", "VIT.head_vae.fc_logvar."),
    (r"^head\.", "VIT.head.linear."),
]
# POSTER++ embeds its third level by a patch embedding instead of a convolution in a sequence.
RELEASED_POSTER_PP_NAMES: list[Rename] = [(r"^embed_v\.0\.", "embed_v.proj.")]

# Allocated by the released modules, never used in their forward pass (the index is recomputed).
DEAD = [
    r"^ir_back\.output_layer\.",
    r"^VIT\.patch_embed\.",
    r"^VIT\.CON1\.",
    r"^VIT\.IRLinear[12]\.",
    r"^VIT\.eca_block\.",
    r"^VIT\.blocks\.\d+\.conv\.",
    r"^VIT\.head_vae\.(batchnorm|layernorm)\.",
    r"^attn\d\.relative_position_index$",
]
DEAD_BESIDE_VARIATIONAL_HEAD = [r"^VIT\.head\.linear\."]


def _rename(key: str, table: list[Rename]) -> str:
    for pattern, replacement in table:
        key = re.sub(pattern, replacement, key)
    return key


def released_landmark_name(key: str) -> str:
    """Return the released name of a weight of ``MobileFaceNet``."""
    return _rename(key, RELEASED_LANDMARK_NAMES)


def released_name(key: str, variational: bool = True) -> str:
    """Return the released name of a weight of POSTER-Var, or of POSTER++ where not ``variational``."""
    if key.startswith("landmark_net."):
        return "face_landback." + released_landmark_name(key.removeprefix("landmark_net."))
    return _rename(key, RELEASED_NAMES + ([] if variational else RELEASED_POSTER_PP_NAMES))


def is_dead(released_key: str, variational: bool = True) -> bool:
    """Whether a released key names weights that take no part in the forward pass."""
    patterns = DEAD + (DEAD_BESIDE_VARIATIONAL_HEAD if variational else [])
    return any(re.search(pattern, released_key) for pattern in patterns)


def convert_released(state_dict: Mapping[str, Any], source: str = "state dict") -> Poster:
    """Build the network that a released state dict belongs to, and fill it.

    Args:
        state_dict: released names to tensors or arrays.
        source: what an error calls the state dict, e.g. its file.

    Returns:
        POSTER-Var where the variational head is present, else POSTER++; at paper size, in evaluation mode.

    Raises:
        CourseError: naming the key that is missing, unknown or of another shape.
    """
    variational = any(key.startswith("VIT.head_vae.") for key in state_dict)
    head = "VIT.head_vae.fc_mu.weight" if variational else "VIT.head.linear.weight"
    if head not in state_dict:
        first = ", ".join(shown(key) for key in islice(state_dict, 3))
        raise CourseError(
            f'{source}: key "{head}" is missing, so this is no released POSTER-Var or POSTER++ (its first keys: {first})'
        )
    live = {key: torch.as_tensor(value) for key, value in state_dict.items() if not is_dead(key, variational)}
    if live[head].ndim != 2:
        raise CourseError(f'{source}: "{head}" has shape {tuple(live[head].shape)}, not (classes, features)')
    classes = live[head].shape[0]
    return build_filled(
        lambda: poster_var(classes) if variational else poster_pp(classes),
        live,
        source,
        lambda key: released_name(key, variational),
        exact=False,
    )


def load_released(path: str | Path) -> Poster | MobileFaceNet:
    """Read a checkpoint file in any form seen in the wild; nothing inside it is ever executed.

    Known forms: ``{'state_dict': …, 'recorder': …}`` with ``module.`` prefixes (POSTER++),
    ``{'model': …, 'optimizer': …, 'epoch': n}`` (POSTER-Var), a state dict under any other name or bare (see
    :func:`~pvlib.models.state_dicts.find_state_dict`), ``.safetensors``, and the 68-point landmark
    network alone.

    The network takes RGB faces of 224 pixels in 0-1 from which ImageNet's mean was subtracted and which were
    divided by its deviation: what ``pvlib.data.network_input.network_input(faces, 224)`` makes of uint8 faces.
    A file does not name its classes. Their order is that of its data set's own label files: RAFDB, AFFECTNET7,
    AFFECTNET8 or FERPLUS of ``pvlib.data.labels``.

    Returns:
        The network in evaluation mode: ``Poster`` or, for a landmark file, ``MobileFaceNet``.

    Raises:
        CourseError: naming the file and the key, class or function that is wrong.
    """
    state = find_state_dict(read_checkpoint(path), str(path))
    if "conv_6_sep.conv.weight" not in state:
        return convert_released(state, str(path))
    return build_filled(
        lambda: MobileFaceNet(LandmarkSize()), state, str(path), released_landmark_name, exact=False
    )

"""Configs from presets, files and overrides; what the presets say against the published tables."""

import pickle
from dataclasses import fields

import pytest
import torch
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pvlib.errors import CourseError
from pvlib.training.checked import keys_of
from pvlib.training.configs import TrainConfig
from pvlib.training.presets import ConfigLoader, load_config, preset_names, to_yaml
from pvlib.training.run_config import Network, RunConfig

# Table "what the paper says, what the released code does": rate, batch, epochs
PUBLISHED = {
    "rafdb-paper": (9e-6, 48, 250),
    "affectnet7-paper": (2e-5, 48, 200),
    "affectnet8-paper": (2e-5, 48, 200),
    "ferplus-paper": (3e-5, 48, 200),
    "rafdb-released": (9e-6, 48, 300),
    "affectnet7-released": (4e-6, 128, 300),
    "affectnet8-released": (4e-6, 128, 300),
    "ferplus-released": (3.5e-6, 48, 300),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_preset_has_the_published_numbers(name):
    config = load_config(name)
    loop = config.train_config()
    assert (loop.learning_rate, loop.batch_size, loop.epochs) == PUBLISHED[name]
    assert (loop.weight_decay, loop.schedule, loop.decay) == (1e-4, "exponential", 0.98)
    released = name.endswith("released")
    assert (loop.sam, loop.sam_noise) == ((0.05, "fresh") if released else (0.0, "fresh"))
    assert config.objective.divergence == ("none" if released else "gaussian")
    assert config.network.landmark_drift is released
    assert config.network.as_size().drop_path == (0.0, 0.125, 0.25)
    assert loop.recipe.name == f"{name.split('-')[0].rstrip('78')}:{'released' if released else 'paper'}"
    assert (loop.recipe.output_size, config.network.as_size().image_size) == (224, 112)


def test_what_only_one_data_set_has_is_in_its_presets():
    assert load_config("affectnet7-released").sampling.per_class == 5000
    assert [load_config(f"affectnet{k}-{f}").data.classes for k in (7, 8) for f in ("paper", "released")] == [
        7, 7, 8, 8,
    ]  # fmt: skip
    ferplus = load_config("ferplus-released").data
    assert (ferplus.target, ferplus.train_on) == ("released", ("train", "valid"))


def test_no_preset_chooses_its_epoch_on_the_scored_split():
    assert {load_config(name).select for name in preset_names()} == {"valid"}


@pytest.mark.parametrize("name", ["drawn-tiny", "ferplus-tiny", *PUBLISHED])
def test_every_preset_says_what_it_is_and_comes_back_from_its_yaml(name, tmp_path):
    config = load_config(name)
    assert name in preset_names()
    assert config.preset == name
    assert 10 < len(config.about) < 110
    (tmp_path / "config.yaml").write_text(to_yaml(config))
    assert load_config(tmp_path / "config.yaml") == config
    assert pickle.loads(pickle.dumps(config)) == config  # grids send it to other processes


def test_the_yaml_holds_every_key_and_the_loop_gets_every_field():
    written = yaml.safe_load(to_yaml(RunConfig()))
    flat = {f"{a}.{b}" for a, section in written.items() if isinstance(section, dict) for b in section}
    flat |= {name for name, value in written.items() if not isinstance(value, dict)}
    assert flat == set(keys_of(RunConfig))
    outside = {"seed", "objective", "recipe", "sampling"}
    assert {field.name for field in fields(TrainConfig)} == set(written["train"]) | outside


def test_overrides_reach_what_they_name():
    config = load_config("drawn-tiny", [
        "seed=7", "data.train_on=[train, valid]", "train.learning_rate=3e-4", "recipe=none",
        "network.drop_path=0.5", "objective.likelihood=kendall_gal", "sampling.balance=1", "data.count=null",
    ])  # fmt: skip
    loop = config.train_config()
    assert (loop.seed, loop.learning_rate, loop.recipe.flip, loop.sampling.balance) == (7, 3e-4, 0, 1.0)
    assert config.data.train_on == ("train", "valid")
    assert config.data.count is None
    assert config.network.as_size().drop_path == (0.0, 0.25, 0.5)
    assert loop.objective.likelihood == "kendall_gal"


def test_posterpp_and_the_ablations_are_switches():
    baseline = load_config("drawn-tiny", ["network.variational_parts=false"]).network.as_size()
    assert (baseline.head, baseline.layer_embedding, baseline.fusion_norm) == ("point", False, False)
    point = load_config(
        "drawn-tiny", ["network.head=point", "network.layer_embedding=false"]
    ).network.as_size()
    assert (point.head, point.layer_embedding, point.fusion_norm) == ("point", False, True)


@pytest.mark.parametrize(("network", "side", "image_size"), [
    (Network(), 48, 48), (Network(image_size=64), 64, 64), (Network(size="paper"), 224, 112),
    (Network(size="paper", input_size=112), 112, 112), (Network(input_size=96), 96, 48),
])  # fmt: skip
def test_training_pictures_come_at_the_input_size(network, side, image_size):
    config = RunConfig(network=network)
    assert config.train_config().recipe.output_size == side
    assert network.as_size().image_size == image_size


def test_without_random_changes_training_pictures_are_those_that_are_measured():
    recipe = load_config("drawn-tiny", ["recipe=none"]).train_config().recipe
    for channels, side in ((1, 48), (3, 100), (1, 32)):
        faces = torch.randint(0, 256, (4, channels, side, side), dtype=torch.uint8)
        assert torch.allclose(recipe.training()(faces), recipe.evaluation()(faces), atol=1e-5)


@pytest.mark.parametrize(("override", "said"), [
    ("epochs=3", 'did you mean "train.epochs"?'),
    ("train.epcohs=3", 'did you mean "train.epochs"?'),
    ("data.rot=x", 'did you mean "data.root"?'),
    ("train.epochs", "write key=value"),
    ("=3", "write key=value"),
    ("train.epochs=three", "train.epochs must be a whole number, not 'three'"),
    ("train.epochs=-1", "epochs must be"),
    ("train.sam=[1", "is no YAML"),
    ("train=3", 'there is no key "train"'),
    ("select=tset", 'did you mean "test"?'),
    ("recipe=drwn", 'did you mean "drawn"?'),
    ("network.image_size=50", "multiple of 16"),
    ("network.input_size=0", "network.input_size must be at least 16"),
    ("network.drop_path=1.5", "network.drop_path"),
    ("network.landmark_drift=true", "network.landmarks=full"),
    ("objective.divergence=gaussian", "objective.weight=0"),
    ("objective.weight=0.1", "objective.divergence=none"),
    ("objective.likelihood=gaussian", "cross_entropy"),
    ("data.classes=9", "7 or 8 or null"),
    ("data.holdout=0", "data.holdout"),
    ("data.train_on=[]", "data.train_on"),
    ("data.count=-3", "data.count"),
    ("seed=99999999999999", "seed"),
    ("train.precision=int4", "int4"),
])  # fmt: skip
def test_a_mistaken_override_is_named_with_what_is_valid(override, said):
    with pytest.raises(CourseError) as caught:
        load_config("drawn-tiny", [override])
    assert said in str(caught.value)


def test_a_point_head_refuses_an_objective_that_needs_sigma():
    with pytest.raises(CourseError, match="point head"):
        load_config("drawn-tiny", ["network.head=point", "objective.likelihood=kendall_gal"])


@pytest.mark.parametrize(("text", "said"), [
    ("about: x\ntrain:\n  epochs: 3\n  learnign_rate: 1\n", r'mine.yaml, line 4: there is no key "train.learnign_rate"'),
    ("about: x\ndata: {root: drawn, classes: nine}\n", r"mine.yaml, line 2: data.classes must be"),
    ("seed: 1\nseed: 2\n", r'mine.yaml is no YAML: line 2: the key "seed" stands twice'),
    ("train: [\n", "mine.yaml is no YAML: line 2"),
    ("- 1\n", "the file must hold keys"),
    ("seed: 1\n{data}: 2\n", "mine.yaml is no YAML: line 2"),
    ("train:\n  epochs: 0\n", "mine.yaml: epochs"),
])  # fmt: skip
def test_a_mistake_in_a_file_is_named_with_file_and_line(tmp_path, text, said):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(CourseError, match=said):
        load_config(tmp_path / "mine.yaml")


def test_a_file_is_a_config_by_the_name_it_bears(tmp_path):
    (tmp_path / "mine.yaml").write_text("seed: 4\n")
    assert load_config(tmp_path / "mine.yaml") == RunConfig(preset="mine", seed=4)
    (tmp_path / "empty.yaml").write_text("")
    assert load_config(tmp_path / "empty.yaml", ["seed=4"]) == RunConfig(preset="empty", seed=4)


@pytest.mark.parametrize(("name", "said"), [
    ("drawn-tny", 'did you mean "drawn-tiny"?'), ("rafdb", 'did you mean "rafdb-'), ("nowhere.yaml", "nowhere.yaml"),
    ("qqq", "Presets: affectnet7-paper"), ("../presets/drawn-tiny", "there is no preset"),
])  # fmt: skip
def test_a_preset_that_does_not_exist_is_named_with_the_nearest(name, said):
    with pytest.raises(CourseError) as caught:
        load_config(name)
    assert said in str(caught.value)


@given(st.floats(min_value=1e-12, max_value=1e12))
def test_numbers_are_read_as_people_and_computers_write_them(number):
    for text in (repr(number), f"{number:e}", f"{number:.0e}"):
        assert yaml.load(text, ConfigLoader) == float(text)


def test_an_empty_section_of_a_file_is_refused(tmp_path):
    (tmp_path / "mine.yaml").write_text("data:\n")
    with pytest.raises(CourseError, match="data must hold keys"):
        load_config(tmp_path / "mine.yaml")

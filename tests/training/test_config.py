"""Configs from presets, files and overrides; what the presets say against the published tables."""

import math
import pickle
from dataclasses import fields
from pathlib import Path

import pytest
import torch
import yaml

from pvlib.errors import CourseError
from pvlib.presets import preset_names
from pvlib.training import TrainConfig
from pvlib.training.build import Network
from pvlib.training.config import Data, Loop, RunConfig
from pvlib.training.config_files import load_config, to_yaml
from pvlib.training.settings import WrongKeyError, from_values, keys_of

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
    assert loop.sam == (0.05 if released else 0.0)
    assert config.objective.divergence == ("none" if released else "gaussian")
    assert config.network.landmark_drift is released
    assert config.network.as_size().drop_path == (0.0, 0.125, 0.25)
    assert loop.recipe.name == f"{name.split('-')[0].rstrip('78')}:{'released' if released else 'paper'}"
    assert (loop.recipe.output_size, config.network.as_size().image_size) == (224, 112)


def test_what_only_one_data_set_has_is_in_its_presets():
    assert load_config("affectnet7-released").sampling.per_class == 5000
    for classes in (7, 8):
        for form in ("paper", "released"):
            assert load_config(f"affectnet{classes}-{form}").data.classes == classes
    ferplus = load_config("ferplus-released").data
    assert (ferplus.target, ferplus.train_on) == ("released", ("train", "valid"))


@pytest.mark.parametrize("name", ["drawn-tiny", "ferplus-tiny", *PUBLISHED])
def test_every_preset_says_what_it_is_and_comes_back_from_its_yaml(name, tmp_path):
    config = load_config(name)
    assert name in preset_names()
    assert config.preset == name
    assert 10 < len(config.about) < 110
    assert config.select == "valid"
    (tmp_path / "config.yaml").write_text(to_yaml(config))
    assert load_config(tmp_path / "config.yaml") == config
    assert pickle.loads(pickle.dumps(config)) == config  # grids send it to other processes


TEXTS = ["1e-3", "010", "1:30", "yes", "null", ".inf", "2020-01-01", "~", "", "é: #", "true"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_comes_back_from_yaml_as_the_text_it_was(text, tmp_path):
    (tmp_path / "config.yaml").write_text(to_yaml(RunConfig(about=text)), encoding="utf-8")
    assert load_config(tmp_path / "config.yaml").about == text


def test_the_yaml_holds_every_key_and_the_loop_gets_every_field():
    written = yaml.safe_load(to_yaml(RunConfig()))
    flat = {f"{a}.{b}" for a, section in written.items() if isinstance(section, dict) for b in section}
    flat |= {name for name, value in written.items() if not isinstance(value, dict)}
    assert flat == set(keys_of(RunConfig))
    outside = {"seed", "objective", "recipe", "sampling"}
    assert {field.name for field in fields(TrainConfig)} == set(written["train"]) | outside


def test_values_arrive_as_the_types_of_their_fields():
    values = {"train": {"clip": 2}, "data": {"train_on": ["train"]}, "network": {"drop_path": [0, 0, 0.5]}}
    config = from_values(RunConfig, values)
    assert config.data.train_on == ("train",)
    assert config.network.drop_path == (0.0, 0.0, 0.5)
    assert [type(each) for each in (config.train.clip, *config.network.drop_path)] == [float] * 4


def test_overrides_reach_what_they_name():
    config = load_config("drawn-tiny", [
        "seed=7", "data.train_on=[train, valid]", "train.learning_rate=3e-4", "recipe=none",
        "network.drop_path=0.5", "objective.likelihood=kendall_gal", "sampling.balance=1", "data.count=null",
    ])  # fmt: skip
    loop = config.train_config()
    assert (loop.seed, loop.learning_rate, loop.recipe.flip, loop.sampling.balance) == (7, 3e-4, 0, 1.0)
    assert (config.data.train_on, config.data.count) == (("train", "valid"), None)
    assert config.network.as_size().drop_path == (0.0, 0.25, 0.5)
    assert loop.objective.likelihood == "kendall_gal"
    typed = load_config("drawn-tiny", ["seed=7", "train.epochs=2"])
    assert load_config("drawn-tiny", {"seed": 7, "train.epochs": 2}) == typed


@pytest.mark.parametrize(("overrides", "parts"), [
    (["network.variational_parts=false"], ("point", False, False)),
    (["network.head=point", "network.layer_embedding=false"], ("point", False, True)),
])  # fmt: skip
def test_posterpp_and_the_ablations_are_switches(overrides, parts):
    size = load_config("drawn-tiny", overrides).network.as_size()
    assert (size.head, size.layer_embedding, size.fusion_norm) == parts


@pytest.mark.parametrize(("network", "side", "image_size"), [
    (Network(), 48, 48), (Network(image_size=64), 64, 64), (Network(size="paper"), 224, 112),
    (Network(size="paper", input_size=112), 112, 112), (Network(input_size=96), 96, 48),
])  # fmt: skip
def test_training_pictures_come_at_the_input_size(network, side, image_size):
    assert RunConfig(network=network).train_config().recipe.output_size == side
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
    ("zzzzz=1", "there are preset, about, seed"),
    ("train.epochs", "write key=value"),
    ("=3", "write key=value"),
    ("train.epochs=three", "train.epochs must be a valid integer, not 'three'"),
    ("train.epochs=010", "010 is ambiguous: write 10 or 8"),
    ("train.epochs=089", "089 is ambiguous: write 89"),
    ("train.epochs=1_000", "not '1_000'"),
    ("train.epochs=" + "9" * 5000, "a number of 5000 digits is too large"),
    ("train.learning_rate='1e-3'", "must be a valid number, not '1e-3'"),
    ("train.epochs=!!python/name:os.system x", "a tag (!) is not read"),
    ("data.root=&a x", "anchors and aliases"),
    ("data.root=" + "[" * 500, "nested too deeply"),
    ("about=" + r'"\UFFFFFFFF"', "is no YAML"),
    ("network.weights=|", "network.weights must be the path of a file"),
    ("data.root=" + r'"a\0b"', "data.root must be the path of a file"),
    ("train.sam=[1", "is no YAML"),
    ("train=3", 'there is no key "train"'),
    ("select=tset", 'did you mean "test"?'),
    ("network.image_size=50", "multiple of 16"),
    ("network.image_size=100000", "less than or equal to 1024"),
    ("network.input_size=0", "network.input_size must be greater than or equal to 16"),
    ("network.drop_path=1.5", "network.drop_path"),
    ("network.drop_path=wide", "network.drop_path must be a valid number or must be a list, not 'wide'"),
    ("network.landmark_drift=true", "network.landmarks=full"),
    ("objective.divergence=gaussian", "objective.weight=0"),
    ("objective.weight=0.1", "objective.divergence=none"),
    ("objective.likelihood=gaussian", "cross_entropy"),
    ("data.classes=9", "data.classes must be 7 or 8, not 9"),
    ("data.without_duplicates=no", "data.without_duplicates must be a valid boolean, not 'no'"),
    ("data.train_on=train", "data.train_on must be a list"),
    ("data.holdout=0", "data.holdout"),
    ("data.train_on=[]", "data.train_on"),
    ("data.count=1000000000000", "data.count must be less than or equal to 10000000"),
    ("seed=99999999999999", "seed"),
    ("train.compile=true", 'there is no key "train.compile"'),
    ("train.accumulate=40", "accumulate = 40 equal parts"),
    # two settings that exclude each other
    (["network.head=point", "objective.likelihood=kendall_gal"], "point head"),
    (["network.head=heteroscedastic", "objective.divergence=gaussian", "objective.weight=1"], "latent or decoder"),
    (["network.head=latent", "objective.reconstruction=0.1"], "with reconstruction: decoder; this network"),
    (["network.head=decoder"], "needs the weight of its decoder's error"),
    (["network.rank=2"], "network.rank is a setting of the heteroscedastic head, not of a variational head"),
    (["network.head=latent", "network.variational_parts=false", "network.latent=4"], "not of a point head"),
    (["network.size=paper", "network.landmarks=narrow"], "full landmark branch"),
])  # fmt: skip
def test_a_mistaken_override_is_named_with_what_is_valid(override, said):
    with pytest.raises(CourseError) as caught:
        load_config("drawn-tiny", override if isinstance(override, list) else [override])
    assert said in str(caught.value)
    assert len(str(caught.value)) < 2000


PAIRS = zip("abcdefgh", "bcdefghi", strict=True)
LAUGHS = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in PAIRS)


@pytest.mark.parametrize(("text", "said"), [
    ("about: x\ntrain:\n  epochs: 3\n  learnign_rate: 1\n", r'mine.yaml, line 4: there is no key "train.learnign_rate"'),
    ("about: x\ndata: {root: drawn, classes: nine}\n", r"mine.yaml, line 2: data.classes must be"),
    ("seed: 1\nseed: 2\n", r'mine.yaml, line 2: the key "seed" stands twice'),
    ("train: [\n", "mine.yaml is no YAML: line 2"),
    ("- 1\n", "the file must be keys with values"),
    ("seed: 1\n{data}: 2\n", "mine.yaml, line 2: a key must be a word"),
    ("train:\n  epochs: 0\n", "mine.yaml, line 2: train.epochs must be greater than or equal to 1, not 0"),
    ("train:\n  epochs: 010\n", "mine.yaml, line 2: 010 is ambiguous"),
    ("train:\n  warmup: 9\n  schedule: cosine\n  epochs: 3\n", "mine.yaml: warmup must be shorter"),
    ("", "mine.yaml is empty"),
    ("seed: 1\n---\nseed: 2\n", "line 2: a second document"),
    ("seed: \0\n", "mine.yaml is no YAML"),
    (LAUGHS, "mine.yaml, line 1: & and"),
    ("about: " + "x" * 300_000, "larger than a config can be"),
    ("seed: [" + "y, " * 50_000 + "]", "seed must be a valid integer"),
])  # fmt: skip
def test_a_mistake_in_a_file_is_named_with_file_and_line_in_a_short_message(tmp_path, text, said):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(CourseError, match=said) as caught:
        load_config(tmp_path / "mine.yaml")
    assert len(str(caught.value)) < 1500


def test_the_configs_that_others_met_are_refused_in_one_short_message(shared):
    for path in sorted((shared / "cases" / "configs").glob("y-*.yaml")):
        with pytest.raises(CourseError, match=path.name) as caught:
            load_config(path)
        assert len(str(caught.value)) < 1000


def test_a_file_of_an_earlier_version_is_read_where_its_settings_are_those_of_today(tmp_path):
    path = tmp_path / "old.yaml"
    path.write_text("train: {compile: false, noise: per_process, save_steps: null, epochs: 3}\n")
    assert load_config(path) == RunConfig(preset="old", train=Loop(epochs=3))
    path.write_text("train: {compile: true}\n")
    with pytest.raises(CourseError, match=r"train\.compile"):
        load_config(path)


def test_paths_are_found_in_one_place_expanded_and_made_absolute(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    config = load_config("drawn-tiny", ["data.root=~/faces.safetensors", "network.weights=weights.pth"])
    root = str(tmp_path / "home" / "faces.safetensors")
    assert config.paths() == {"data.root": root, "network.weights": "weights.pth"}
    assert config.with_absolute_paths().network.weights == str(Path.cwd() / "weights.pth")
    network = Network(landmarks="full", landmark_weights="shipped")
    names = RunConfig(data=Data(root="drawn:snapshot"), network=network)
    assert names.with_absolute_paths() == names


@pytest.mark.parametrize(("name", "said"), [
    ("drawn-tny", 'did you mean "drawn-tiny"?'), ("rafdb", 'did you mean "rafdb-'), ("nowhere.yaml", "nowhere.yaml cannot"),
    ("qqq", "Presets: affectnet7-paper"), ("../presets/drawn-tiny", "there is no preset"),
])  # fmt: skip
def test_a_preset_that_does_not_exist_is_named_with_the_nearest(name, said):
    with pytest.raises(CourseError) as caught:
        load_config(name)
    assert said in str(caught.value)


@pytest.mark.parametrize(("field", "value"), [
    ("epochs", 0), ("epochs", 2.5), ("epochs", True), ("batch_size", 1), ("accumulate", 0), ("accumulate", 3),
    ("learning_rate", 0.0), ("learning_rate", math.nan), ("learning_rate", "fast"), ("weight_decay", -1),
    ("schedule", "linear"), ("decay", 1.5), ("decay", 0), ("warmup", -1), ("clip", 0), ("clip", math.inf),
    ("precision", "int4"), ("sam", -0.1), ("sam", math.nan), ("ema", 1.0), ("save_minutes", 0),
    ("seed", 2**40), ("seed", -1),
])  # fmt: skip
def test_a_setting_that_makes_no_sense_is_refused_by_name_and_value_in_python_too(field, value):
    with pytest.raises(CourseError, match=field) as refusal:
        TrainConfig(**{field: value})
    assert str(value) in str(refusal.value)
    with pytest.raises(WrongKeyError, match='no key "epoch"; did you mean "epochs"') as refusal:
        TrainConfig(epoch=3)
    assert refusal.value.key == "epoch"

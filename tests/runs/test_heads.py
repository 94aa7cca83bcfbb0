"""Every head goes the whole way: trained by a config, measured, loaded again, exported."""

import pytest
import torch

from pvlib.evaluation.evaluate import evaluate
from pvlib.evaluation.prediction import measure
from pvlib.runs.train import train_run
from pvlib.runs.trained import load_trained, save_trained
from pvlib.training.build import build_network
from pvlib.training.config_files import load_config
from pvlib.training.splits import load_split

pytestmark = pytest.mark.usefixtures("one_thread")

KULLBACK = ["objective.divergence=gaussian", "objective.weight=0.01"]
RUNS = {
    "latent": ["network.latent=5", *KULLBACK],
    "decoder": ["network.latent=5", "objective.reconstruction=0.01", *KULLBACK],
    "heteroscedastic": ["network.rank=3", "network.temperature=0.5", "objective.likelihood=kendall_gal"],
}
SHORT = ["train.batch_size=16", "train.epochs=1", "train.precision=bf16"]
SMALL = ["data.count=32", "data.valid_count=16", *SHORT]


@pytest.mark.parametrize("head", RUNS)
def test_a_head_is_trained_measured_and_handed_on(tmp_path, head):
    config = load_config("drawn-tiny", [*SMALL, f"network.head={head}", *RUNS[head]])
    train_run(config, tmp_path / "run", measure=measure, device="cpu", show_progress=False)
    trained = load_trained(tmp_path / "run", "last")
    start = build_network(config.network.as_size(), 8, seed=config.seed).head.state_dict()
    for name, weight in trained.network.head.state_dict().items():
        assert not torch.equal(weight, start[name]), f"{name} was never trained"
    save_trained(tmp_path / "net.safetensors", trained)
    handed_on = load_trained(tmp_path / "net.safetensors")
    assert handed_on.network.size == trained.network.size
    faces = load_split(config, "valid")
    shown = trained.network_input(faces.images[:4])
    assert torch.equal(handed_on.network(shown), trained.network(shown))
    said = evaluate([handed_on.network], faces, bootstrap=0, input_size=trained.input_size).as_json()
    assert (said["head"], said["methods"]["mc_softmax"]) == (head, None)

"""Every form in which the released weights travel is read; nothing inside a file is ever run."""

import argparse
import collections
import contextlib
import datetime
import functools
import io
import operator
import os
import pathlib
import pickle
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn

from pvlib.errors import CourseError
from pvlib.models.checkpoint_reader import read_checkpoint
from pvlib.models.poster import poster_pp
from pvlib.models.released import load_released, released_name
from pvlib.models.state_dicts import find_state_dict

ZIP, LEGACY = True, False
LEGACY_HEAD = [
    pickle.dumps(part, 2)
    for part in (torch.serialization.MAGIC_NUMBER, torch.serialization.PROTOCOL_VERSION, {})
]


def weights() -> dict[str, torch.Tensor]:
    """A few tensors of every awkward kind: strided, shared, empty, scalar, half, integer."""
    shared = torch.arange(24.0).view(4, 6)
    return {
        "conv.weight": torch.ones(3, 2, 3, 3),
        "transposed": shared.t(),
        "slice": shared[1:3, 2:],
        "empty": torch.empty(0, 5),
        "num_batches_tracked": torch.tensor(7),
        "half": shared[0].half(),
        "bfloat16": shared[1].bfloat16(),
        "mask": torch.tensor([True, False]),
        "parameter": nn.Parameter(shared[2]),
    }


def assert_same(read: dict, expected: dict) -> None:
    assert list(read) == list(expected)
    for key, value in expected.items():
        assert read[key].dtype == value.dtype, key
        assert torch.equal(read[key], value), key


def save(content, path: Path, layout: bool = ZIP, protocol: int = 2) -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=layout, pickle_protocol=protocol)
    return path


def save_pickle(program: bytes, path: Path, layout: bool = ZIP) -> Path:
    """A checkpoint in which the content's pickle is ``program``, byte for byte."""
    if layout == ZIP:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("archive/data.pkl", program)
            archive.writestr("archive/version", b"3\n")
        return path
    path.write_bytes(b"".join([*LEGACY_HEAD, program, pickle.dumps([], 2)]))
    return path


@pytest.mark.parametrize("layout", [ZIP, LEGACY])
@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_tensors_of_every_kind_come_back_in_both_layouts(tmp_path, layout, protocol):
    path = save(weights(), tmp_path / "weights.pth", layout, protocol)
    assert_same(find_state_dict(read_checkpoint(path), "weights.pth"), weights())


def test_safetensors_are_read(tmp_path):
    expected = {"a": torch.randn(3), "b": torch.randn(2, 2).half()}
    safetensors.torch.save_file(expected, tmp_path / "weights.safetensors")
    assert_same(find_state_dict(read_checkpoint(tmp_path / "weights.safetensors"), ""), expected)


def adam_state() -> dict:
    """What ``torch.optim.Adam.state_dict()`` returns after a step; importing torch's optimisers takes seconds."""
    moments = {"step": torch.tensor(1.0), "exp_avg": torch.randn(2, 3), "exp_avg_sq": torch.rand(2, 3)}
    groups = [{"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "amsgrad": False, "params": [0, 1]}]
    return {"state": {0: moments, 1: dict(moments)}, "param_groups": groups}


@pytest.mark.parametrize("layout", [ZIP, LEGACY])
def test_the_authors_checkpoints_with_recorder_optimizer_and_arguments_are_read(
    tmp_path, monkeypatch, layout
):
    class RecorderMeter:
        def __init__(self):
            self.epoch_losses, self.best = np.zeros((9, 2), dtype=np.float32), np.float64(0.91)

    network = nn.DataParallel(nn.Linear(3, 2))
    content = {
        "epoch": 3, "state_dict": network.state_dict(), "best_acc": torch.tensor(91.5),
        "optimizer": adam_state(), "recorder": RecorderMeter(), "recorder1": RecorderMeter(),
        "args": argparse.Namespace(data=pathlib.Path("raf-db"), classes={7}, dtype=torch.float32),
        "counts": collections.Counter(a=1),
        "nested": collections.defaultdict(list, a=[1]),
        "when": datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC),
        "random": (np.random.default_rng(0).integers(0, 9, 5), np.float32(1), np.dtype("int8")),
        "device": torch.device("cpu"),
        "by_pair": {(1, 2): 3},
    }  # fmt: skip
    RecorderMeter.__module__, RecorderMeter.__qualname__ = "__main__", "RecorderMeter"
    with monkeypatch.context() as authors:  # their script, whose class nobody else has
        authors.setattr(sys.modules["__main__"], "RecorderMeter", RecorderMeter, raising=False)
        path = save(content, tmp_path / "poster_pp.pth", layout)
    assert_same(find_state_dict(read_checkpoint(path), path), dict(network.module.state_dict()))


class Recorder:  # an object whose class the reader may not import
    def __init__(self, state):
        self.state = state


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_foreign_objects_are_skipped_in_every_pickle_protocol(tmp_path, protocol):
    program = pickle.dumps({"recorder": Recorder(np.arange(3)), "epoch": 4}, protocol)
    assert read_checkpoint(save_pickle(program, tmp_path / "a.pth"))["epoch"] == 4


def test_a_whole_network_is_loaded_from_a_file(tmp_path):
    def named(network):
        return {released_name(key, variational=False): value for key, value in network.state_dict().items()}

    expected = named(poster_pp(7))
    prefixed = {f"module.{key}": value for key, value in expected.items()}
    path = save({"state_dict": prefixed, "recorder": Recorder(1)}, tmp_path / "poster_pp.pth.tar")
    assert_same(named(load_released(path)), expected)


WRAPPERS = ["", "state_dict", "model_state_dict", "net", "weights", "my_best", "ema", "model state_dict"]
PREFIXES = ["", "module.", "model.", "_orig_mod.", "module._orig_mod.", "net.backbone."]


@pytest.mark.parametrize("wrappers", WRAPPERS)
def test_a_state_dict_is_found_whatever_people_call_it_and_put_before_its_names(wrappers):
    expected = {"conv1.weight": torch.randn(3, 2), "conv1.bias": torch.randn(3)}
    for prefix in PREFIXES:
        content: dict = {prefix + key: value for key, value in expected.items()}
        for wrapper in reversed(wrappers.split()):
            others = {"optimizer": adam_state(), "scheduler": {"last_epoch": 3}, "best": torch.tensor(0.9)}
            content = {**others, wrapper: content}
        assert_same(find_state_dict(content, "a.pth"), expected)


def test_of_several_state_dicts_the_best_known_is_taken_and_unknown_ones_are_named():
    small, one, other = {"mean": torch.zeros(3)}, {"w": torch.zeros(99)}, {"w": torch.ones(99)}
    assert find_state_dict({"ema": other, "stats": small, "model": one}, "a.pth") == one
    with pytest.raises(CourseError, match=r"a\.pth: holds several state dicts \(first, second\)"):
        find_state_dict({"first": one, "second": other}, "a.pth")
    with pytest.raises(CourseError, match="twice"):
        find_state_dict({"module.w": torch.zeros(1), "w": torch.zeros(1)}, "a.pth")


def test_dictionaries_that_hold_each_other_end_in_an_error():
    knot: dict = {str(number): {} for number in range(100)}
    for value in knot.values():
        value.update({str(number): knot for number in range(100)})
    with pytest.raises(CourseError, match="no state dict"):
        find_state_dict(knot, "a.pth")


@pytest.mark.filterwarnings("ignore:.*torch.jit")
@pytest.mark.parametrize(("content", "message"), [
    (adam_state(), r"a\.pth: holds the optimizer's state"),
    ({"model": adam_state(), "epoch": 3}, r"a\.pth: holds the optimizer's state"),
    (nn.Linear(2, 2), r"whole object of class torch\.nn\.modules\.linear\.Linear"),
    (weights(), r"VIT\.head\.linear\.weight"),  # of another network
    ({"epoch": 1, "lr": 0.1}, r"no state dict found.*'epoch'"),
])  # fmt: skip
def test_a_checkpoint_that_holds_something_else_is_told_what(tmp_path, content, message):
    with pytest.raises(CourseError, match=message):
        load_released(save(content, tmp_path / "a.pth"))


def archive(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr(name, content)
    return file.getvalue()


def script() -> bytes:
    file = io.BytesIO()
    torch.jit.save(torch.jit.trace(nn.Linear(2, 2), torch.ones(1, 2)), file)
    return file.getvalue()


def flipped() -> bytes:
    """One bit of one weight is another."""
    file, ones = io.BytesIO(), torch.ones(20).numpy().tobytes()
    torch.save({"a": torch.ones(500)}, file)
    return file.getvalue().replace(ones, b"\1" + ones[1:], 1)


@pytest.mark.filterwarnings("ignore:.*torch.jit")
@pytest.mark.parametrize(("build", "message"), [
    (script, "a TorchScript program, refused"),
    (flipped, "CRC"),
    (lambda: pickle.dumps({"a": 1}), r"none that torch\.save wrote"),
    (lambda: archive("faces/1.png", b""), r"none that torch\.save wrote"),
    (lambda: archive("a/data.pkl", b"\0" * 10_000_000), "refused, it would unpack to more than its size"),
    *((lambda content=content: content, "") for content in (b"", b"<html>" * 99, b"\x80", b"PK\3\4", b"\0" * 4096)),
])  # fmt: skip
@pytest.mark.parametrize("name", ["a.pth", "a.safetensors"])
def test_a_file_that_is_no_checkpoint_is_named(tmp_path, build, message, name):
    (tmp_path / name).write_bytes(build())
    with pytest.raises(CourseError, match=f"{name}: .*{message if name == 'a.pth' else ''}"):
        read_checkpoint(tmp_path / name)


@pytest.mark.parametrize("layout", [ZIP, LEGACY])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_named(tmp_path, layout, part):
    path = save({"a": torch.randn(500)}, tmp_path / "cut.pth", layout)
    path.write_bytes(path.read_bytes()[: int(part * path.stat().st_size)])
    with pytest.raises(CourseError, match=r"cut\.pth: .*(cut short|not a)"):
        read_checkpoint(path)


class Call:
    """Pickles as a call of ``function`` with ``arguments``."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def global_call(module: str, name: str, argument: str) -> bytes:
    """Protocol 0 without pickling anything here: push the function, push the argument, REDUCE."""
    return f"c{module}\n{name}\n(S{argument!r}\ntR.".encode()


def attacks(sentinel: Path) -> dict[str, tuple[bytes, str]]:
    """Programs that would create ``sentinel``, with the name that a refusal must carry."""
    touch = f"touch {sentinel}"
    python = f"open({str(sentinel)!r}, 'w')"
    objects = {
        "os.system": (Call(os.system, touch), "system"),
        "eval": (Call(eval, python), "builtins.eval"),
        "exec": (Call(exec, python), "builtins.exec"),
        "open": (Call(open, str(sentinel), "w"), "open"),
        "Popen": (Call(subprocess.Popen, ["touch", str(sentinel)]), "subprocess.Popen"),
        "path method": (Call(operator.methodcaller("touch"), sentinel), "operator.methodcaller"),
        "attrgetter": (Call(operator.attrgetter("system"), "os"), "operator.attrgetter"),
        "partial": (functools.partial(os.system, touch), "functools.partial"),
        "getattr": (Call(getattr, Recorder, "__init__"), "builtins.getattr"),
        "torch.hub": (Call(torch.hub.load, str(sentinel.parent), "x", "local"), "torch.hub.load"),
        "torch.load": (Call(torch.load, str(sentinel)), "torch.serialization.load"),
        "nested pickle": (
            Call(torch.storage._load_from_bytes, pickle.dumps(Call(os.system, touch))),
            "torch.storage._load_from_bytes",
        ),
        "in a list": ([1, [2, Call(os.system, touch)]], "system"),
        "in an object": ({"recorder": Recorder({"deep": Call(os.system, touch)})}, "system"),
        "as a key": ({Call(os.system, touch): 1}, "system"),
        "in a skipped call": (Call(np.dtype, Call(os.system, touch)), "system"),
    }
    programs = {
        f"{name}, protocol {protocol}": (pickle.dumps(content, protocol), function)
        for name, (content, function) in objects.items()
        for protocol in (2, 4)
    }
    for module, name in [
        ("numpy.testing._private.utils", "runstring"),
        ("numpy", "evil"),
        ("numpy.f2py.crackfortran", "myeval"),
        ("collections.evil", "run"),
        ("collections", "namedtuple"),
        ("_codecs", "lookup"),
        ("pathlib", "Path.touch"),
        ("torch._utils", "_rebuild_tensor_v2.__globals__"),
        ("torch.utils.collect_env", "run"),
        ("torch._inductor.codecache", "CodeCacheFuture"),
        ("timeit", "timeit"),
        ("pip", "main"),
        ("copyreg", "_reconstructor"),
        ("copyreg", "__newobj__"),
    ]:
        programs[f"{module}.{name}"] = (global_call(module, name, python), f"{module}.{name}")
    programs |= {
        "STACK_GLOBAL": (
            b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94\x93" + pickle.dumps((touch,), 4)[11:-1] + b"R.",
            "os.system",
        ),
        "call of a tensor's storage type": (b"ctorch\nFloatStorage\n(I4\ntR.", "dtype"),
        "call of a list": (b"](I4\ntR.", "list"),
        "NEWOBJ of a list": (b"\x80\x02])\x81.", "list"),
    }
    return programs


ATTACKS = sorted(attacks(Path("sentinel")))


@pytest.mark.parametrize("layout", [ZIP, LEGACY], ids=["zip", "legacy"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_file_runs_nothing_and_is_refused_by_name(tmp_path, attack, layout):
    sentinel = tmp_path / "sentinel"
    program, function = attacks(sentinel)[attack]
    path = save_pickle(program, tmp_path / "hostile.pth", layout)
    with pytest.raises(CourseError, match=r"hostile\.pth: refused, reading it would call") as refusal:
        load_released(path)
    assert function in str(refusal.value)
    assert not sentinel.exists()


def test_the_attacks_would_succeed_against_an_ordinary_reader(tmp_path):
    """Otherwise the test above could not fail."""
    for attack in ("os.system, protocol 2", "exec, protocol 4", "STACK_GLOBAL"):
        sentinel = tmp_path / attack.replace(" ", "_").replace(",", "")
        pickle.loads(attacks(sentinel)[attack][0])
        assert sentinel.exists(), attack


@pytest.mark.parametrize(("field", "message"), [
    (b"K\x04\x85", r"size \(255,\) in a storage of 4 numbers"),  # the tuple (4,), the tensor's size
    (b"K\x01\x85", "out of bounds"),  # its stride
])  # fmt: skip
def test_a_tensor_cannot_look_past_its_storage(tmp_path, field, message):
    path = save({"a": torch.zeros(4)}, tmp_path / "a.pth", LEGACY)
    whole = path.read_bytes()
    assert whole.count(field) == 1
    path.write_bytes(whole.replace(field, b"K\xff\x85"))
    with pytest.raises(CourseError, match=message):
        read_checkpoint(path)


def test_a_storage_larger_than_the_file_is_never_allocated(tmp_path):
    path = save({"a": torch.zeros(4)}, tmp_path / "a.pth")
    with zipfile.ZipFile(path) as archive:
        records = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in records.items():
            archive.writestr(name, content.replace(b"K\x04", b"J" + struct.pack("<i", 2**31 - 1)))
    with pytest.raises(CourseError, match="only 16 bytes are there"):
        read_checkpoint(path)


@pytest.mark.parametrize("program", [
    b"\x80\x02Nr" + struct.pack("<I", 2**31) + b".",  # LONG_BINPUT: memo entry 2³¹
    b"\x80\x05\x96" + struct.pack("<Q", 2**40) + b".",  # BYTEARRAY8 of a terabyte
    b"\x80\x04\x8e" + struct.pack("<Q", 2**40) + b".",  # BINBYTES8 of a terabyte
    b"\x80\x04\x95" + struct.pack("<Q", 2**40) + b"N.",  # a frame of a terabyte
], ids=["memo", "bytearray", "bytes", "frame"])  # fmt: skip
def test_sizes_that_a_pickle_merely_claims_cost_no_memory(tmp_path, program):
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with contextlib.suppress(CourseError):
        read_checkpoint(save_pickle(program, tmp_path / "a.pth"))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes


@pytest.mark.parametrize("levels", [60, 300_000])
def test_nested_tuples_as_keys_cost_neither_time_nor_stack(tmp_path, levels):
    """((x, x), (x, x)) … hashes 2^levels times; a long chain overflows the C stack."""
    nest = b"2\x86" if levels == 60 else b"\x85"  # DUP TUPLE2, or TUPLE1
    program = b"\x80\x02}K\x01" + nest * levels + b"K\x02s."
    assert len(read_checkpoint(save_pickle(program, tmp_path / "a.pth"))) == 1


NEST = b"K\x01" + b"2\x86" * 60  # ((x, x), (x, x)) …, whose hash takes 2⁶⁰ steps: DUP TUPLE2


def storage(key: bytes) -> bytes:
    """Protocol 2: a persistent id for the storage with this key, as torch.save writes it."""
    return b"(X\x07\0\0\0storagectorch\nFloatStorage\n" + key + b"X\x03\0\0\0cpuK\x01tQ"


COPIED = b"](" + b"K\1K\2\x86" * 1000 + b"e\x85q\x01"  # a tuple of one list, kept as memo 1
NO_CHECKPOINT_NEEDS = {
    r"a storage whose key is .*, not text": [
        storage(key) for key in (NEST, b"]", b"}", b"N", b"\x88", b"K\x01\x85", b"G" + b"\0" * 8)
    ],
    "the same content again and again": [
        COPIED + (b"c" + function + b"\nh\x01R0") * 1000
        for function in (b"collections\nOrderedDict", b"torch\nSize", b"torch._utils\n_rebuild_parameter")
    ],
    "instruction that no checkpoint needs": [
        b"\x82\1", b"\x83\1\0", b"\x84\1\0\0\0", b"Pos.system\n", b"\x97", b"(cos\nabort\no",
        b"(S'touch a'\nios\nsystem\n", b"(d",
    ],
    # torch's own legacy reader compares source code, and may write a patch file, for the kind 'module'
    "no tensor storage": [b"(X\6\0\0\0modulecos\nsystem\nX\1\0\0\0aX\1\0\0\0bK\1tQ"],
}  # fmt: skip


@pytest.mark.parametrize("layout", [ZIP, LEGACY], ids=["zip", "legacy"])
@pytest.mark.parametrize("message", NO_CHECKPOINT_NEEDS)
def test_what_no_checkpoint_needs_is_refused(tmp_path, message, layout):
    for code in NO_CHECKPOINT_NEEDS[message]:
        with pytest.raises(CourseError, match=message):
            read_checkpoint(save_pickle(b"\x80\x02" + code + b".", tmp_path / "a.pth", layout))


@pytest.mark.parametrize(("content", "message"), [
    (pickle.dumps(Call(os.system, "touch sentinel")), "system"),  # its head
    (b"".join([*LEGACY_HEAD, b"\x80\2}.", b"\x80\2]" + NEST + b"a."]), "a storage whose key is"),  # its last part
])  # fmt: skip
def test_the_other_parts_of_a_legacy_file_are_read_as_carefully(tmp_path, monkeypatch, content, message):
    monkeypatch.chdir(tmp_path)
    Path("a.pth").write_bytes(content)
    with pytest.raises(CourseError, match=message):
        read_checkpoint(Path("a.pth"))
    assert not Path("sentinel").exists()


@pytest.mark.parametrize("name", [b"_rebuild_tensor_v2", b"_rebuild_parameter"])
def test_a_file_cannot_change_the_functions_that_build_tensors(tmp_path, name):
    """BUILD with a slot state is setattr; on a function of torch it would outlive the reading."""
    before = getattr(torch._utils, name.decode()).__defaults__
    slots = b"N}U\x0c__defaults__(K\x01K\x02ts\x86b"
    read_checkpoint(save_pickle(b"\x80\x02ctorch._utils\n" + name + b"\n" + slots + b".", tmp_path / "a.pth"))
    assert getattr(torch._utils, name.decode()).__defaults__ == before


@pytest.mark.parametrize("head", ["VIT.head_vae.fc_mu.weight", "VIT.head.linear.weight"])
@pytest.mark.parametrize(("tensor", "message"), [
    (torch.zeros(1).expand(2**20, 768), r"size \(1048576, 768\) in a storage of 1 numbers"),
    (torch.zeros(()), r"has shape \(\)"),
    (torch.zeros(7), r"has shape \(7,\)"),
    (torch.zeros(0, 768), "num_classes must be at least 2, not 0"),
    (torch.zeros(1_001, 768), "num_classes must be at most 1000, not 1001"),
])  # fmt: skip
def test_a_head_of_senseless_shape_is_refused_before_a_network_is_built(tmp_path, head, tensor, message):
    for layout in (ZIP, LEGACY):
        with pytest.raises(CourseError, match=message):
            load_released(save({head: tensor}, tmp_path / "a.pth", layout))


@pytest.mark.parametrize("size", [
    b"]K\0aJ\xff\xff\xff\x7f\x86",  # [0] · 2³¹ would be a list of 16 GB
    b"J\xff\xff\xff\xff\x85", b"G" + b"\0" * 8 + b"\x85", b"\x88\x85",
])  # fmt: skip
def test_the_size_of_a_tensor_is_a_few_whole_numbers(tmp_path, size):
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage(b"X\x01\0\0\x000") + b"K\0" + size + b")tR"
    path = save_pickle(b"\x80\x02" + tensor + b".", tmp_path / "a.pth")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("archive/data/0", b"\0" * 4)
    with pytest.raises(CourseError, match="a tensor of size"):
        read_checkpoint(path)


def test_whole_numbers_as_keys_cannot_all_have_one_hash(tmp_path):
    keys = [hash_modulus * (2**61 - 1) for hash_modulus in range(1, 20)]  # Python's hash of each is 0
    content = read_checkpoint(save_pickle(pickle.dumps(dict.fromkeys(keys, 0), 2), tmp_path / "a.pth"))
    assert len({hash(key) for key in content}) == len(keys)


def assert_refused_in_one_short_line(file: Path) -> None:
    with pytest.raises(CourseError) as refusal:
        load_released(file)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 700


@pytest.mark.parametrize(
    "name", ["\x1b[2J\x1b]0;pwned\x07", "evil\nerror: all is well", "\u202elive", "x" * 100_000]
)
def test_no_name_in_a_file_acts_on_a_terminal_or_floods_it(tmp_path, name):
    tensor, state = torch.zeros(1), {"VIT.head.linear.weight": torch.zeros(7, 768)}
    for content in ({name: tensor}, {name: 1}, state | {name: tensor}, {name: state, f"{name}2": state}):
        assert_refused_in_one_short_line(save(content, tmp_path / "a.pth"))


def test_every_hostile_file_beside_the_checkout_is_refused_in_one_short_line(shared):
    files = sorted((shared / "cases/checkpoints").iterdir())
    assert files
    for file in files:
        assert_refused_in_one_short_line(file)


def test_random_damage_ends_in_one_clear_error_or_in_a_reading(tmp_path):
    random = np.random.default_rng(0)
    for layout in (ZIP, LEGACY):
        whole = save(weights(), tmp_path / "a.pth", layout).read_bytes()
        for _ in range(150):
            damaged = bytearray(whole)
            for position in random.integers(0, len(whole), 3):
                damaged[position] = random.integers(0, 256)
            (tmp_path / "a.pth").write_bytes(damaged)
            with contextlib.suppress(CourseError):  # anything else fails the test
                read_checkpoint(tmp_path / "a.pth")

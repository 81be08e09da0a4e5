"""Writes small files of torch and numpy into this folder, and expected.txt: one line a file, with
everything in it as the test tells it (see tell() below and told.cpp).

Made with torch 2.15 and numpy 2.4:  python make.py
"""

import argparse
import collections
import dataclasses
import io
import pathlib
import pickle
import struct
import sys
import types
import zipfile

import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
expected = {}

# A class that the reader keeps as an inert record, under the name it has where it comes from.
vectors = types.ModuleType("steering_vectors.steering_vector")
sys.modules["steering_vectors"] = types.ModuleType("steering_vectors")
sys.modules["steering_vectors.steering_vector"] = vectors


@dataclasses.dataclass
class SteeringVector:
    layer_activations: dict
    layer_type: str = "decoder_block"


SteeringVector.__module__ = "steering_vectors.steering_vector"
vectors.SteeringVector = SteeringVector

NAMES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16",
    torch.int64: "I64", torch.int32: "I32", torch.int16: "I16", torch.int8: "I8",
    torch.uint64: "U64", torch.uint32: "U32", torch.uint16: "U16", torch.uint8: "U8",
    torch.bool: "Bool",
    "float64": "F64", "float32": "F32", "float16": "F16", "int64": "I64", "int32": "I32",
    "int16": "I16", "int8": "I8", "uint64": "U64", "uint32": "U32", "uint16": "U16",
    "uint8": "U8", "bool": "Bool",
}


def tensor(name, shape, floats):
    return f"{name}{list(shape)}=".replace(" ", "") + np.ascontiguousarray(floats).tobytes().hex()


def tell(value):
    """A value as one line of text; numbers of tensors are the bits of their float32."""
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, (np.bool_, np.generic)):
        return tell(value.item())
    if isinstance(value, int):
        if -(2**63) <= value < 2**63:
            return str(value)
        raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
        return "record builtins.int(bytes " + raw.hex() + ")None"
    if isinstance(value, float):
        return "float " + struct.pack("<d", value).hex()
    if isinstance(value, str):
        return "text " + value.encode().hex()
    if isinstance(value, (bytes, bytearray)):
        return "bytes " + bytes(value).hex()
    if isinstance(value, (torch.dtype, torch.device, pathlib.PurePath)):
        return tell(str(value))
    if isinstance(value, torch.Tensor):
        return tensor(NAMES[value.dtype], value.shape, value.detach().float().numpy())
    if isinstance(value, np.ndarray) and value.dtype.kind == "U":
        return tell(value.item())
    if isinstance(value, np.ndarray):
        return tensor(NAMES[value.dtype.name], value.shape, value.astype(np.float32))
    if isinstance(value, tuple):
        return "(" + ",".join(map(tell, value)) + ")"
    if isinstance(value, (list, set, frozenset)):
        return "[" + ",".join(map(tell, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(tell(k) + ":" + tell(v) for k, v in value.items()) + "}"
    if isinstance(value, argparse.Namespace):
        return "record argparse.Namespace()" + tell(vars(value))
    if isinstance(value, SteeringVector):
        return "record steering_vectors.steering_vector.SteeringVector()" + tell(vars(value))
    if isinstance(value, slice):
        return "record builtins.slice" + tell((value.start, value.stop, value.step)) + "None"
    if isinstance(value, type):
        return "class " + value.__module__ + "." + value.__name__
    raise TypeError(type(value))


def keep(name, content, value):
    (HERE / name).write_bytes(content)
    expected[name] = tell(value)


def saved(value, **how):
    buffer = io.BytesIO()
    torch.save(value, buffer, **how)
    return buffer.getvalue()


def repacked(content, method, change=lambda name, data: data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", method) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), change(name, old.read(name)), method)
    return buffer.getvalue()


def array(value, version=None):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, value, version)
    return buffer.getvalue()


def archive(save, **arrays):
    """numpy.savez with fixed times, its members sorted by name as the reader gives them."""
    buffer = io.BytesIO()
    save(buffer, **arrays)
    method = zipfile.ZIP_DEFLATED if save is np.savez_compressed else zipfile.ZIP_STORED
    return repacked(buffer.getvalue(), method), dict(sorted(arrays.items()))


torch.manual_seed(0)
odd = [0.0, -0.0, 1.5, -2.25, float("inf"), -float("inf"), float("nan"), 6e-8, 1e-40, 65504.0, 0.1]

floats = {str(t): torch.tensor(odd, dtype=t)
          for t in (torch.float64, torch.float32, torch.float16, torch.bfloat16)}
keep("floats.pt", saved(floats), floats)

integers = {}
for t in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8):
    i = torch.iinfo(t)
    integers[str(t)] = torch.tensor([i.min, i.max, 0, 1, 100], dtype=t)
integers["torch.bool"] = torch.tensor([True, False, True])
keep("integers.pt", saved(integers), integers)

unsigned = {}
for t in (torch.uint16, torch.uint32, torch.uint64):
    unsigned[str(t)] = torch.tensor([0, 1, torch.iinfo(t).max], dtype=t)
keep("unsigned.pt", saved(unsigned), unsigned)

base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
views = {"base": base, "transposed": base.T, "row": base[2], "column": base[:, 3],
         "steps": base[1::2, ::3], "three": base.reshape(2, 2, 6).permute(2, 0, 1),
         "scalar": base[3, 5], "empty": base[:0], "expanded": base[1].expand(3, 6),
         "unit": base[1:2, 2:3], "contiguous": base.T.contiguous()}
keep("views.pt", saved(views), views)
keep("views-legacy.pt", saved(views, _use_new_zipfile_serialization=False), views)
keep("views-deflated.pt", repacked(saved(views), zipfile.ZIP_DEFLATED), views)


def swap(name, data):
    if name.endswith("/byteorder"):
        return b"big"
    return np.frombuffer(data, "<f4").astype(">f4").tobytes() if "/data/" in name else data


keep("views-big-endian.pt", repacked(saved(views), zipfile.ZIP_STORED, swap), views)

module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
keep("module.pt", saved(module.state_dict()), module.state_dict())
parameter = {"W": torch.nn.Parameter(torch.randn(2, 3)), "k": 32}
keep("parameter.pt", saved(parameter), parameter)
keep("parameter-legacy.pt", saved(parameter, _use_new_zipfile_serialization=False), parameter)
alone = torch.randn(3)
keep("tensor.pt", saved(alone), alone)

shared = [1, "two"]
counts = collections.defaultdict(list)
counts["a"] = shared
nested = {
    0: {"lens": torch.ones(2, 2, dtype=torch.float16)}, -7: shared, "again": shared,
    2**40: None, "yes": True, "no": False, "float": 1 / 3, "tuple": (1, (2, ()), [], {}),
    "wide": 2**70, "narrow": -(2**31), "five": (1, 2, 3, 4, 5), "text": "Größe 𝕏", "long": "x" * 300,
    "size": torch.Size([2, 3]), "device": torch.device("cuda", 1), "dtype": torch.bfloat16,
    "path": pathlib.PosixPath("/data/sae"), "default": counts, "set": {5}, "frozen": frozenset([6]),
    "ordered": collections.OrderedDict(b=1, a=2), "bytes": b"\x00\xffraw", "buffer": bytearray(b"ab"),
    "slice": slice(1, None, 2), "class": float,
    "names": argparse.Namespace(d_model=768, path=pathlib.PosixPath("x"), lr=3e-4),
}
for protocol in (2, 3, 4, 5):
    keep(f"nested-{protocol}.pt", saved(nested, pickle_protocol=protocol), nested)

grid = np.arange(12, dtype=np.float64).reshape(3, 4)
arrays = {"C": grid, "F": np.asfortranarray(grid.astype(np.float16)), "big": grid.astype(">i4"),
          "bool": grid > 5, "u2": grid.astype(np.uint16), "none": np.zeros((0, 2), np.int8),
          "number": np.float32(0.1), "count": np.int64(2**53 + 1), "small": np.int16(-3),
          "flag": np.bool_(True), "point": np.array(2.5), "one": np.float64(1e300)}
keep("arrays-2.pt", saved(arrays, pickle_protocol=2), arrays)
for protocol in (3, 4, 5):
    keep(f"arrays-{protocol}.pkl", pickle.dumps(arrays, protocol), arrays)

vector = SteeringVector({3: torch.randn(4), 5: torch.randn(4)}, "mlp")
keep("steering-vector.pt", saved(vector), vector)
keep("steering-vector-legacy.pt",
     saved(vector, _use_new_zipfile_serialization=False, pickle_protocol=4), vector)

keep("stored.npz", *archive(np.savez, W_enc=grid.astype(np.float32), b=np.zeros(4, np.float16),
                            threshold=np.array(0.5), activation=np.array("jumprelu")))
keep("deflated.npz", *archive(np.savez_compressed, W_dec=np.tile(grid.astype(np.float32), (20, 5)),
                              fortran=np.asfortranarray(grid), empty=np.zeros((3, 0))))
for version in ((1, 0), (2, 0), (3, 0)):
    keep(f"version-{version[0]}.npy", array(grid.astype(np.float32), version), grid.astype(np.float32))
keep("fortran.npy", array(np.asfortranarray(grid.reshape(3, 2, 2))), grid.reshape(3, 2, 2))
keep("big-endian.npy", array(grid.astype(">f8")), grid)
for name in ("float16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"):
    keep(f"{name}.npy", array(grid.astype(name)), grid.astype(name))

with open(HERE / "expected.txt", "w") as out:
    for name in sorted(expected):
        out.write(name + " " + expected[name] + "\n")

"""
The article's network in PyTorch, float64: cost of each step from the same first weights on the same batches.

trajectory.py variant rate momentum decay weights.safetensors batches.safetensors prints one cost a line, E / N before the step.
The files are read from the description of the format, so that this is a second reader of what train/safetensors.ts writes.
"""

import json
import struct
import sys

import numpy
import torch
from torch.nn import functional as F


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        numbers = numpy.frombuffer(data[begin:end], dtype={"F32": "<f4", "F64": "<f8"}[entry["dtype"]])
        tensors[name] = torch.from_numpy(numbers.reshape(entry["shape"]).astype(numpy.float64))
    return tensors


variant, rate, momentum, decay, weights, batches = sys.argv[1:]
torch.set_num_threads(1)
saved = read(weights)
parameters = {name: t.requires_grad_() for name, t in saved.items() if not name.endswith(".velocity")}
layers = sorted({int(name.split(".")[0]) for name in parameters})
first, second, third, fourth = ([parameters[f"{l}.w"], parameters[f"{l}.b"]] for l in layers)
f = torch.sigmoid if variant == "mean" else torch.relu
pool = F.avg_pool2d if variant == "mean" else F.max_pool2d


def cost(x, t):
    y = pool(f(F.conv2d(x, *first)), 2)
    y = pool(f(F.conv2d(y, *second)), 2)
    y = F.linear(f(F.linear(y.flatten(1), *third)), *fourth)
    if variant == "mean":
        return 0.5 * ((t - torch.sigmoid(y)) ** 2).sum()
    return -(t * F.log_softmax(y, dim=1)).sum()


# PyTorch's SGD has the same momentum: v <- mu v + g + decay w, w <- w - rate v (torch.optim.SGD, dampening 0).
groups = [
    {"params": [t for name, t in parameters.items() if name.endswith(".w")], "weight_decay": float(decay)},
    {"params": [t for name, t in parameters.items() if name.endswith(".b")]},
]
optimizer = torch.optim.SGD(groups, lr=float(rate), momentum=float(momentum))
given = read(batches)
for step in range(len(given) // 2):
    x, t = given[f"{step}.x"], given[f"{step}.t"]
    optimizer.zero_grad()
    E = cost(x, t) / x.shape[0]
    E.backward()
    optimizer.step()
    print(repr(E.item()))

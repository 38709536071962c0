"""ONNX's own node tests of the operators that the contract has: one JSON object a line on stdout. Needs onnx.

    python3 onnx_node_tests.py

    { "name", "nodes": ["Conv"], "attributes": { … }, "inputs": [tensor or null, …], "outputs": [tensor, …] }

Tensors are those of the pipe protocol (audit/PIPE.md); one of integers is sent as float64 and says so in "was". An input that
the node leaves out is null. A model of several nodes comes without its data. onnx/backend/test/case/node/ makes the data when its
modules are imported; only those of the operators wanted are, because others fail on a NumPy that is newer than they are.
"""

import importlib
import json

from cnn_oracle_pipe import encode
from onnx import helper
from onnx.backend.test.case import node

MODULES = (
    "averagepool conv convtranspose gemm globalaveragepool globalmaxpool matmul maxpool "
    "relu sigmoid softmax softmaxcrossentropy tanh"
).split()


def tensor(array):
    if array.dtype.kind in "iu":
        return {**encode(array.astype("float64")), "was": array.dtype.name}
    return encode(array)


def attribute_value(attribute):
    value = helper.get_attribute_value(attribute)
    return value.decode() if isinstance(value, bytes) else value


def record(case):
    nodes = case.model.graph.node
    common = {"name": case.name, "nodes": [each.op_type for each in nodes]}
    if len(nodes) != 1:
        return {**common, "attributes": {}, "inputs": [], "outputs": []}
    inputs, outputs = case.data_sets[0]
    given = iter(inputs)
    return {
        **common,
        "attributes": {attribute.name: attribute_value(attribute) for attribute in nodes[0].attribute},
        "inputs": [tensor(next(given)) if name else None for name in nodes[0].input],
        "outputs": [tensor(output) for output in outputs],
    }


if __name__ == "__main__":
    for module in MODULES:
        importlib.import_module(f"{node.__name__}.{module}")
    for case in node._NodeTestCases:
        print(json.dumps(record(case)))

"""ONNX's reference evaluator (onnx.reference, from onnx 1.13 on) as an implementation: a model of one node a call.

    python3 onnx_reference.py [float64 | float32] [pads | same | lower | valid] [opset]

Layouts are the contract's own, so that only names change. `pads` says the padding as it is; the others leave it to auto_pad,
SAME_UPPER, SAME_LOWER or VALID, and offer only those cases whose padding ONNX derives from the sizes. Operator set 22, the default, redefined
the sliding operators last. ONNX has no gradients and no costs over soft targets.

Documentation: https://onnx.ai/onnx/operators/
"""

import sys

import onnx
from cnn_oracle_pipe import Unsupported, serve
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

ARGUMENTS = dict(enumerate(sys.argv[1:]))
PRECISION = ARGUMENTS.get(0, "float64")
WAY = ARGUMENTS.get(1, "pads")
OPSET = int(ARGUMENTS.get(2, 22))
ELEMENT = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE}[PRECISION]


def run(op_type, operands, **attributes):
    """What a model of this one node gives; an absent bias is an input that the node leaves out."""
    given = {name: array for name, array in operands.items() if array is not None}
    node = helper.make_node(op_type, list(given), ["y"], **attributes)
    inputs = [helper.make_tensor_value_info(name, ELEMENT, array.shape) for name, array in given.items()]
    output = helper.make_tensor_value_info("y", ELEMENT, None)
    graph = helper.make_graph([node], op_type, inputs, [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    return ReferenceEvaluator(model).run(None, given)[0]


def padding(asked, missing):
    """The attributes that say this padding; SAME adds `missing` cells an axis, the rest of an odd number behind or before."""
    if WAY == "pads":
        return {"pads": asked}
    name = {"same": "SAME_UPPER", "lower": "SAME_LOWER", "valid": "VALID"}[WAY]
    less = [cells // 2 for cells in missing]
    more = [cells - other for cells, other in zip(missing, less)]
    derived = {"SAME_UPPER": less + more, "SAME_LOWER": more + less, "VALID": [0, 0, 0, 0]}[name]
    if name != "VALID" and min(missing) < 0:
        raise Unsupported(f"{name} would pad by {missing}, which ONNX leaves open")
    if derived != asked:
        raise Unsupported(f"auto_pad={name} pads {derived}, the case asks for {asked}")
    return {"auto_pad": name}


def forward(a, size, kernel, dilation):
    """Padding of a convolution or a pooling: SAME makes the result ceil(size / stride) long."""
    missing = [(-(-n // s) - 1) * s + d * (k - 1) + 1 - n for n, k, s, d in zip(size, kernel, a.stride, dilation)]
    return padding(a.padding, missing)


def conv2d(a, x, w, b=None):
    pads = forward(a, x.shape[2:], w.shape[2:], a.dilation)
    operands = {"x": x, "w": w, "b": b}
    return run(
        "Conv", operands, kernel_shape=w.shape[2:], strides=a.stride, dilations=a.dilation, group=a.groups, **pads
    )


def convTranspose2d(a, x, w, b=None):
    # SAME makes the result size * stride long and cuts the rest.
    reach = zip(w.shape[2:], a.stride, a.dilation, a.outputPadding)
    pads = padding(a.padding, [o + d * (k - 1) + 1 - s for k, s, d, o in reach])
    return run(
        "ConvTranspose",
        {"x": x, "w": w, "b": b},
        kernel_shape=w.shape[2:],
        strides=a.stride,
        dilations=a.dilation,
        group=a.groups,
        output_padding=a.outputPadding,
        **pads,
    )


def pooling(op_type, a, x, dilation, **attributes):
    if a.ceilMode and WAY != "pads":
        raise Unsupported("with auto_pad ONNX derives the size of the result, ceil_mode has no say in it")
    pads = forward(a, x.shape[2:], a.kernel, dilation)
    ceil = int(a.ceilMode)
    return run(op_type, {"x": x}, kernel_shape=a.kernel, strides=a.stride, ceil_mode=ceil, **attributes, **pads)


def maxPool2d(a, x):
    return pooling("MaxPool", a, x, a.dilation, dilations=a.dilation)


def averagePool2d(a, x):
    return pooling("AveragePool", a, x, [1, 1], count_include_pad=int(a.countIncludePad))


def dense(a, x, w, b=None):
    return run("Gemm", {"x": x, "w": w, "b": b}, transB=1)


def sigmoid(a, x):
    return run("Sigmoid", {"x": x})


def tanh(a, x):
    return run("Tanh", {"x": x})


def relu(a, x):
    return run("Relu", {"x": x})


def softmax(a, x):
    return run("Softmax", {"x": x}, axis=-1)


SLIDING = [conv2d, convTranspose2d, maxPool2d, averagePool2d]
POINTWISE = [dense, sigmoid, tanh, relu, softmax]

if __name__ == "__main__":
    offered = SLIDING + POINTWISE if WAY == "pads" else SLIDING
    ways = [(PRECISION, "float64"), (WAY, "pads"), (f"opset{OPSET}", "opset22")]
    name = "/".join(["onnx-reference", *(way for way, usual in ways if way != usual)])
    serve(name, onnx.__version__, PRECISION, {operator.__name__: operator for operator in offered})

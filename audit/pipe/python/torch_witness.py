"""PyTorch as an implementation: torch.nn.functional, and its automatic derivatives for the gradients.

    python3 torch_witness.py [float64 | float32] [channels-last] [no-mkldnn]

Layouts are the contract's own. channels-last keeps the same tensors in torch's other memory format, which has kernels of its own;
no-mkldnn leaves convolutions in float32 to torch's own kernels and NNPACK. torch pads the same before and behind; the rest of an uneven padding is added by F.pad,
zeros before a convolution or a mean, -inf before a maximum, and cut by F.pad behind a transposed convolution. A function that is
linear in an operand has the same derivative everywhere, taken at 0. Where torch's own backward functions speak of the
output y instead of the input (sigmoid, tanh, softmax), they are called by their names.

Documentation: https://pytorch.org/docs/1.13/nn.functional.html
"""

import sys

import torch
import torch.nn.functional as F
from cnn_oracle_pipe import Unsupported, serve


def split(padding, most=None):
    """What torch pads itself on both axes, and the rest for F.pad: left, right, top, bottom."""
    t, l, b, r = padding
    limits = (t, l) if most is None else most
    h, w = min(t, b, limits[0]), min(l, r, limits[1])
    return (h, w), (l - w, r - w, t - h, b - h)


def gradient(function, at, dy=None):
    """The derivative of the function at a point, along dy; of a scalar with none."""
    point = at.requires_grad_()
    return torch.autograd.grad(function(point), point, dy)[0]


def conv2d(a, x, w, b=None):
    own, rest = split(a.padding)
    return F.conv2d(F.pad(x, rest), w, b, a.stride, own, a.dilation, a.groups)


def conv2dInputGradient(a, dy, w):
    x = dy.new_zeros(dy.shape[0], w.shape[1] * a.groups, *a.inputSize)
    return gradient(lambda x: conv2d(a, x, w), x, dy)


def conv2dWeightGradient(a, x, dy):
    w = dy.new_zeros(dy.shape[1], x.shape[1] // a.groups, *a.kernelSize)
    return gradient(lambda w: conv2d(a, x, w), w, dy)


def conv2dBiasGradient(a, dy):
    n, m, p, q = dy.shape
    x, w = dy.new_zeros(n, 1, p, q), dy.new_zeros(m, 1, 1, 1)
    return gradient(lambda b: F.conv2d(x, w, b), dy.new_zeros(m), dy)


def convTranspose2d(a, x, w, b=None):
    own, rest = split(a.padding)
    y = F.conv_transpose2d(x, w, b, a.stride, own, a.outputPadding, a.groups, a.dilation)
    return F.pad(y, [-cells for cells in rest])


def pooling(a):
    """Padding of a pooling, which torch limits to half the kernel.

    ceil_mode drops a window that starts in the padding behind; what F.pad adds there is input to torch and keeps it.
    """
    own, rest = split(a.padding, [cells // 2 for cells in a.kernel])
    if a.ceilMode and (rest[1] > 0 or rest[3] > 0):
        raise Unsupported(f"ceil_mode takes what F.pad adds behind for input, padding={a.padding} kernel={a.kernel}")
    return own, rest


def maxPool2d(a, x):
    own, rest = pooling(a)
    return F.max_pool2d(F.pad(x, rest, value=-torch.inf), a.kernel, a.stride, own, a.dilation, a.ceilMode)


def maxPool2dGradient(a, x, dy):
    if any(pooling(a)[1]) and torch.isneginf(x).any():
        raise Unsupported("F.pad with -inf cannot be told from -inf in x, which decides where the error term goes")
    return gradient(lambda x: maxPool2d(a, x), x, dy)


def averagePool2d(a, x):
    own, rest = pooling(a)
    if any(rest) and not a.countIncludePad:
        raise Unsupported(f"what F.pad adds counts, count_include_pad=False, padding={a.padding} kernel={a.kernel}")
    return F.avg_pool2d(F.pad(x, rest), a.kernel, a.stride, own, a.ceilMode, a.countIncludePad)


def averagePool2dGradient(a, dy):
    x = dy.new_zeros(dy.shape[0], dy.shape[1], *a.inputSize)
    return gradient(lambda x: averagePool2d(a, x), x, dy)


def dense(a, x, w, b=None):
    return F.linear(x, w, b)


def denseInputGradient(a, dy, w):
    return gradient(lambda x: F.linear(x, w), dy.new_zeros(dy.shape[0], w.shape[1]), dy)


def denseWeightGradient(a, x, dy):
    return gradient(lambda w: F.linear(x, w), dy.new_zeros(dy.shape[1], x.shape[1]), dy)


def denseBiasGradient(a, dy):
    n, o = dy.shape
    return gradient(lambda b: F.linear(dy.new_zeros(n, 1), dy.new_zeros(o, 1), b), dy.new_zeros(o), dy)


def sigmoid(a, x):
    return torch.sigmoid(x)


def tanh(a, x):
    return torch.tanh(x)


def relu(a, x):
    return F.relu(x)


def sigmoidGradient(a, y, dy):
    return torch.ops.aten.sigmoid_backward(dy, y)


def tanhGradient(a, y, dy):
    return torch.ops.aten.tanh_backward(dy, y)


def reluGradient(a, x, dy):
    return gradient(F.relu, x, dy)


def softmax(a, x):
    return F.softmax(x, dim=-1)


def softmaxGradient(a, y, dy):
    return torch.ops.aten._softmax_backward_data(dy, y, -1, y.dtype)


def quadraticCost(a, y, t):
    return 0.5 * F.mse_loss(y, t, reduction="sum")


def quadraticCostGradient(a, y, t):
    return gradient(lambda y: quadraticCost(a, y, t), y)


def softmaxCrossEntropy(a, x, t):
    return F.cross_entropy(x, t, reduction="sum")


def softmaxCrossEntropyGradient(a, x, t):
    return gradient(lambda x: softmaxCrossEntropy(a, x, t), x)


OPERATORS = [
    conv2d,
    conv2dInputGradient,
    conv2dWeightGradient,
    conv2dBiasGradient,
    convTranspose2d,
    maxPool2d,
    maxPool2dGradient,
    averagePool2d,
    averagePool2dGradient,
    dense,
    denseInputGradient,
    denseWeightGradient,
    denseBiasGradient,
    sigmoid,
    tanh,
    relu,
    sigmoidGradient,
    tanhGradient,
    reluGradient,
    softmax,
    softmaxGradient,
    quadraticCost,
    quadraticCostGradient,
    softmaxCrossEntropy,
    softmaxCrossEntropyGradient,
]


def over_arrays(operator, channels_last):
    """The operator over NumPy arrays."""

    def stored(array):
        tensor = torch.from_numpy(array)
        is_image = channels_last and tensor.dim() == 4
        return tensor.contiguous(memory_format=torch.channels_last) if is_image else tensor

    def call(attributes, **operands):
        tensors = {name: stored(array) for name, array in operands.items()}
        return operator(attributes, **tensors).detach().numpy()

    return call


if __name__ == "__main__":
    precision, *ways = sys.argv[1:] or ["float64"]
    # One thread: the cases are small, and sums are then the same from run to run.
    torch.set_num_threads(1)
    name = "/".join(["torch", *([] if precision == "float64" else [precision]), *ways])
    calls = {operator.__name__: over_arrays(operator, "channels-last" in ways) for operator in OPERATORS}
    # NNPACK, where it is built in, takes batches of 16 and more, by Winograd's transforms or Fourier's.
    by_transforms = "no-mkldnn" in ways and precision == "float32" and torch._nnpack_available()
    with torch.backends.mkldnn.flags(enabled="no-mkldnn" not in ways):
        serve(name, torch.__version__, precision, calls, "fft" if by_transforms else "sum")

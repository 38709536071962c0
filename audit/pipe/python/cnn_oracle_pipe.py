"""The pipe protocol of cnn-oracle, version 1, for programs in Python: see audit/PIPE.md. Needs NumPy.

    from cnn_oracle_pipe import Unsupported, serve

    def relu(a, x):
        return numpy.maximum(x, 0)

    serve("mine", "1.0", "float64", {"relu": relu})

An operator is called with its attributes as an object, then its operands by name, NumPy arrays of its own; an absent bias is
left out, so that it is b=None by default. It returns an array in the declared precision. What it raises is the answer:
Unsupported for what it does not offer, anything else as an error.
"""

import base64
import json
import os
import sys
from types import SimpleNamespace

import numpy

TYPES = {"float32": "<f4", "float64": "<f8"}


class Unsupported(Exception):
    """A combination of attributes that is not offered; the text says which."""


def decode(tensor):
    """A writable array in the byte order of this machine."""
    data = numpy.frombuffer(base64.b64decode(tensor["data"]), TYPES[tensor["type"]])
    return data.astype(tensor["type"]).reshape(tensor["shape"])


def encode(array):
    array = numpy.asarray(array)
    name = array.dtype.name
    if name not in TYPES:
        raise TypeError(f"the result is of type {name}; the protocol knows {', '.join(TYPES)}")
    data = array.astype(TYPES[name]).tobytes()
    return {"shape": array.shape, "type": name, "data": base64.b64encode(data).decode("ascii")}


def answer(operators, request):
    """result, unsupported or error: all but the id of an answer."""
    try:
        operands = {name: decode(tensor) for name, tensor in request["operands"].items()}
        call = operators[request["operator"]]
        return {"result": encode(call(SimpleNamespace(**request["attributes"]), **operands))}
    except Unsupported as refused:
        return {"unsupported": str(refused)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def serve(name, implementation_version, precision, operators, numerics="sum"):
    """Answers requests, one after the other, until the input ends; numerics is how convolutions are computed: audit/PIPE.md."""
    # Libraries print. What they print goes to stderr, and the protocol has stdout for itself.
    protocol = os.fdopen(os.dup(1), "w", encoding="ascii", newline="\n")
    os.dup2(2, 1)

    def say(message):
        protocol.write(json.dumps(message) + "\n")
        protocol.flush()

    say(
        {
            "protocol": "cnn-oracle-pipe",
            "version": 1,
            "name": name,
            "implementationVersion": implementation_version,
            "precision": precision,
            "numerics": numerics,
            "operators": list(operators),
        }
    )
    for line in sys.stdin.buffer:
        request = json.loads(line)
        say({"id": request["id"], **answer(operators, request)})

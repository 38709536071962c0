"""SciPy as an implementation: scipy.signal's convolutions and correlations, by sums and not by transforms.

    python3 scipy_witness.py        convolve and correlate on sequences, convolve2d and correlate2d in the plane
    python3 scipy_witness.py nd     convolve and correlate, which take any number of axes, in the plane

Names and modes are the contract's own; the kernel goes second. In the plane, what lies outside is zero.

'same' is the middle of 'full', which has two middles where a kernel is even. All of these functions take the contract's, the
one from (k-1)//2 on, but correlate2d takes the one from k//2 on, as its documentation notes ("a 1-index offset between them"):
there it does not offer what is asked. https://github.com/scipy/scipy/issues/1968
"""

import sys

import scipy
from cnn_oracle_pipe import Unsupported, serve
from scipy import signal


def convolve(a, f, g):
    return signal.convolve(f, g, mode=a.mode, method="direct")


def correlate(a, f, g):
    return signal.correlate(f, g, mode=a.mode, method="direct")


def convolve2d(a, f, g):
    return signal.convolve2d(f, g, mode=a.mode, boundary="fill", fillvalue=0)


def correlate2d(a, f, g):
    if a.mode == "same" and any(k % 2 == 0 for k in g.shape):
        raise Unsupported(f"scipy.signal.correlate2d takes the other middle of 'full' for an even kernel, g={g.shape}")
    return signal.correlate2d(f, g, mode=a.mode, boundary="fill", fillvalue=0)


if __name__ == "__main__":
    if sys.argv[1:] == ["nd"]:
        serve("scipy/nd", scipy.__version__, "float64", {"convolve2d": convolve, "correlate2d": correlate})
    else:
        operators = {"convolve1d": convolve, "correlate1d": correlate, "convolve2d": convolve2d, "correlate2d": correlate2d}
        serve("scipy", scipy.__version__, "float64", operators)

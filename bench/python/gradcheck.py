"""PyTorch's gradcheck of the case that bench/gradients.ts times, one call a line of stdin ("full" or "fast"), seconds on stdout."""

import sys
import time

import torch

torch.manual_seed(1)
torch.set_num_threads(1)
x = torch.randn(2, 3, 8, 8, dtype=torch.float64, requires_grad=True)
w = torch.randn(4, 3, 3, 3, dtype=torch.float64, requires_grad=True)
b = torch.randn(4, dtype=torch.float64, requires_grad=True)


def conv(x, w, b):
    return torch.nn.functional.conv2d(x, w, b, padding=1)


print(torch.__version__, flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    held = torch.autograd.gradcheck(conv, (x, w, b), fast_mode=line.strip() == "fast")
    print(time.perf_counter() - start if held else "nan", flush=True)

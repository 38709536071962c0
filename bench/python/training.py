"""
PyTorch's training step of the article's network, float32, one thread, for bench/training.ts: training.py variant batch.
A number of steps a line of stdin, seconds on stdout.
"""

import sys
import time

import torch
from torch import nn

variant, batch = sys.argv[1], int(sys.argv[2])
torch.manual_seed(1)
torch.set_num_threads(1)
f, pool = (nn.Sigmoid, nn.AvgPool2d) if variant == "mean" else (nn.ReLU, nn.MaxPool2d)
network = nn.Sequential(
    *(nn.Conv2d(1, 4, 5), f(), pool(2), nn.Conv2d(4, 12, 5), f(), pool(2)),
    *(nn.Flatten(), nn.Linear(192, 40), f(), nn.Linear(40, 10)),
)
optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
x = torch.rand(batch, 1, 28, 28)
t = nn.functional.one_hot(torch.arange(batch) % 10, 10).float()

print("PyTorch", torch.__version__, flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    for _ in range(int(line)):
        optimizer.zero_grad()
        y = network(x)
        if variant == "mean":
            E = 0.5 * ((t - torch.sigmoid(y)) ** 2).sum() / batch
        else:
            E = -(t * torch.log_softmax(y, dim=1)).sum() / batch
        E.backward()
        optimizer.step()
    print(time.perf_counter() - start, flush=True)

"""One contender of bench/training.ts: steps of SpiraConvV2 in PyTorch. Arguments: threads, batch. Each line read runs one step."""
import json
import resource
import sys
import time

import torch
from torch import nn
import torch.nn.functional as F

threads, batch = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(1)


def block(inputs, outputs, kernel, dilation, groups, pooled):
    layers = [nn.Conv2d(inputs, outputs, (kernel, 1), dilation=(dilation, 1)), nn.GroupNorm(groups, outputs), nn.Mish()]
    return layers + ([nn.MaxPool2d((2, 1))] if pooled else []) + [nn.Dropout(0.7)]


conv = nn.Sequential(
    *block(1, 32, 7, 2, 16, True), *block(32, 16, 5, 2, 8, True), *block(16, 8, 3, 2, 4, True), *block(8, 4, 2, 1, 2, False)
)
head = nn.Sequential(nn.Linear(6880, 100), nn.Mish(), nn.Dropout(0.7), nn.Linear(100, 1))
adam = torch.optim.Adam([*conv.parameters(), *head.parameters()], lr=1e-3, weight_decay=0.01)
x = 20 * torch.randn(batch, 1, 401, 40)
y = (torch.arange(batch) % 2).float()


def step():
    adam.zero_grad()
    logits = head(conv(x).transpose(1, 2).reshape(batch, -1)).squeeze(1)
    loss = F.binary_cross_entropy_with_logits(logits, y)
    loss.backward()
    adam.step()


print(json.dumps({"version": f"PyTorch {torch.__version__}"}), flush=True)
for _ in sys.stdin:
    start, cpu = time.perf_counter(), time.process_time()
    step()
    ms, cpu_ms = 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)
    print(json.dumps({"ms": ms, "cpuMs": cpu_ms, "peakMib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)

"""SpiraConvV2 trained by PyTorch on windows that were cut, augmented and computed by the training server: the peer of the cohort table.

   python3 torchSpiraConv.py FOLDER

FOLDER/request.json names the shapes, who trains and who validates, every step's learning rate, and which windows to score;
FOLDER/windows.f32 holds the windows. Writes FOLDER/logits.json. Initial weights, order and dropout are PyTorch's own, from the seed."""
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

folder = Path(sys.argv[1])
request = json.loads((folder / "request.json").read_text())
frames, bins = request["shape"]
windows = np.memmap(folder / "windows.f32", dtype=np.float32, mode="r").reshape(-1, 1, frames, bins)
torch.set_num_threads(request["threads"])
torch.manual_seed(request["seed"])
drop = request["dropout"]


def block(inputs, outputs, kernel, dilation, groups, pooled):
    layers = [nn.Conv2d(inputs, outputs, (kernel, 1), dilation=(dilation, 1)), nn.GroupNorm(groups, outputs), nn.Mish()]
    return layers + ([nn.MaxPool2d((2, 1))] if pooled else []) + [nn.Dropout(drop)]


class SpiraConvV2(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            *block(1, 32, 7, 2, 16, True), *block(32, 16, 5, 2, 8, True), *block(16, 8, 3, 2, 4, True), *block(8, 4, 2, 1, 2, False)
        )
        with torch.no_grad():
            flat = self.conv(torch.zeros(1, 1, frames, bins)).numel()
        self.head = nn.Sequential(nn.Linear(flat, 100), nn.Mish(), nn.Dropout(drop), nn.Linear(100, 1))

    def forward(self, x):
        return self.head(self.conv(x).transpose(1, 2).reshape(len(x), -1)).squeeze(1)


network = SpiraConvV2()
adam = torch.optim.Adam(network.parameters(), lr=1e-3, weight_decay=request["weightDecay"])
rates = iter(request["learningRates"])
rng = np.random.default_rng(request["seed"])


def read(indices):
    return torch.from_numpy(np.ascontiguousarray(windows[indices]))


@torch.no_grad()
def score(indices):
    network.eval()
    return torch.cat([network(read(indices[at : at + 16])) for at in range(0, len(indices), 16)]).tolist()


train, validation = request["train"], request["validation"]
labels = torch.tensor([window["label"] for window in validation], dtype=torch.float32)
best, best_epoch, history = float("inf"), 0, []
for epoch in range(1, request["epochs"] + 1):
    network.train()
    order = rng.permutation(len(train))
    total = 0.0
    for start in range(0, len(order), request["batchSize"]):
        batch = [train[at] for at in order[start : start + request["batchSize"]]]
        x = read([rng.choice(window["versions"]) for window in batch])
        y = torch.tensor([window["label"] for window in batch], dtype=torch.float32)
        for group in adam.param_groups:
            group["lr"] = next(rates)
        adam.zero_grad()
        loss = F.binary_cross_entropy_with_logits(network(x), y)
        loss.backward()
        adam.step()
        total += loss.item() * len(batch)
    logits = torch.tensor(score([window["index"] for window in validation]))
    validation_loss = F.binary_cross_entropy_with_logits(logits, labels).item()
    history.append({"epoch": epoch, "trainLoss": total / len(train), "validationLoss": validation_loss})
    print(json.dumps(history[-1]), flush=True)
    if validation_loss < best:
        best, best_epoch = validation_loss, epoch
        kept = {name: value.clone() for name, value in network.state_dict().items()}
    if epoch - best_epoch >= request["patience"]:
        break
network.load_state_dict(kept)
asked = request["score"]
result = {"version": f"PyTorch {torch.__version__}", "bestEpoch": best_epoch, "history": history, "logits": score(asked)}
(folder / "logits.json").write_text(json.dumps(result))

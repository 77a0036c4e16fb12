"""The training loop: constant learning rate, averaged weights, exact resumption.

The rate warms up and stays (Hu et al. 2024, arXiv:2404.06395, "WSD"); a run can end in a decay at
any time (`decay_steps`), and go on later from the last checkpoint before it. Besides, an
exponential average of the weights is kept (Polyak), which is what is validated and published.
"""

from __future__ import annotations

import copy
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from chatbot.reading.network import Layer, ReaderNetwork
from eval.train.augment import Item
from eval.train.loss import Weights, collate, losses
from eval.train.sample import CHUNK, Sampler

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run is made of.

    `rate`: of the top layer and the heads' encoder side; each layer below has `layer_decay` of
    the rate above it; the heads have `head_rate`. `frozen`: lowest layers that are not trained.
    `batch`: items a step, in micro-batches of `micro`. `average`: share of the old in the average.
    """

    seed: int = 1
    rate: float = 2.5e-4
    head_rate: float = 5e-4
    layer_decay: float = 0.93
    warm_up: int = 200
    weight_decay: float = 0.01
    clip: float = 1.0
    batch: int = 16
    micro: int = 4
    limit: int = 208
    frozen: int = 4
    average: float = 0.995
    dropout: float = 0.0
    workers: int = 2


class Trainer:
    """Owns the network, its average, the optimizer and the position in the data."""

    def __init__(
        self,
        network: ReaderNetwork,
        sampler: Sampler,
        recipe: Recipe,
        device: torch.device,
        padding: int,
        weights: Weights | None = None,
    ) -> None:
        self.network = network.to(device)
        self.sampler = sampler
        self.recipe = recipe
        self.device = device
        self.padding = padding
        self.weights = weights or Weights()
        self.step = 0
        self.seconds = 0.0
        self.decay: tuple[int, int] | None = None
        _freeze(network, recipe.frozen)
        self.averaged = {k: v.detach().clone() for k, v in network.state_dict().items()}
        self.optimizer = torch.optim.AdamW(
            _groups(network, recipe), betas=(0.9, 0.98), eps=1e-8, fused=device.type == "cpu"
        )
        alone = device.type != "cpu" or recipe.workers < 2
        self._replicas = [] if alone else [_replica(network) for _ in range(recipe.workers)]

    def run(self, stop: Callable[[], bool]) -> Iterator[dict[str, float]]:
        """Train until `stop` says so, at the end of a chunk; yield the losses of every step."""
        while not stop():
            number = self.step // CHUNK
            chunk = self.sampler.chunk(number, self.recipe.batch, self.recipe.micro)
            for groups in chunk:
                begin = time.perf_counter()
                parts = self._step(groups)
                self.seconds += time.perf_counter() - begin
                yield parts

    def factor(self) -> float:
        """Return the learning rate's factor at this step: warm-up, then 1, then the decay."""
        value = min(1.0, (self.step + 1) / max(1, self.recipe.warm_up))
        if self.decay is not None:
            begin, steps = self.decay
            value *= max(0.0, 1 - (self.step - begin) / steps)
        return value

    def averaged_network(self) -> ReaderNetwork:
        """Return a network with the averaged weights, for validation; it shares the words."""
        twin = ReaderNetwork(self.network.words, self.network.shape)
        twin.load_state_dict(self.averaged)
        return twin.to(self.device).eval()

    def save(self, file: Path) -> None:
        """Write everything that the next run needs to go on as if there had been no break."""
        state = {
            "network": self.network.state_dict(),
            "averaged": self.averaged,
            "optimizer": self.optimizer.state_dict(),
            "positions": dict(self.sampler.positions),
            "step": self.step,
            "seconds": self.seconds,
            "decay": self.decay,
            "recipe": asdict(self.recipe),
            "random": torch.get_rng_state(),
        }
        draft = file.with_suffix(".draft")
        torch.save(state, draft)
        draft.replace(file)

    def load(self, file: Path) -> None:
        """Go on from a checkpoint; layers that were frozen then begin with a fresh optimizer."""
        state: dict[str, Any] = torch.load(file, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.averaged = {k: v.to(self.device) for k, v in state["averaged"].items()}
        if state["recipe"]["frozen"] == self.recipe.frozen:
            rates = [(g["base"], g["weight_decay"]) for g in self.optimizer.param_groups]
            self.optimizer.load_state_dict(state["optimizer"])
            for group, (base, weight_decay) in zip(self.optimizer.param_groups, rates, strict=True):
                group["base"], group["weight_decay"] = base, weight_decay
        else:
            log.info("other layers are frozen than before: the optimizer begins anew")
        self.sampler.positions.clear()
        self.sampler.positions.update(state["positions"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.decay = state["decay"]
        torch.set_rng_state(state["random"].cpu())

    def _step(self, groups: Sequence[Sequence[Item]]) -> dict[str, float]:
        self.network.train()
        self.optimizer.zero_grad(set_to_none=True)
        total = sum(map(len, groups))
        if self._replicas:
            parts = self._in_parallel(groups, total)
        else:
            parts = [self._backward(self.network, g, total) for g in groups]
        trained = [p for p in self.network.parameters() if p.requires_grad]
        norm = torch.nn.utils.clip_grad_norm_(trained, self.recipe.clip)
        factor = self.factor()
        for group in self.optimizer.param_groups:
            group["lr"] = group["base"] * factor
        self.optimizer.step()
        self.step += 1
        self._average()
        sums = {k: sum(p[k] for p in parts) / total for k in parts[0]}
        return {**sums, "norm": float(norm), "rate": self.recipe.rate * factor}

    def _backward(
        self, network: ReaderNetwork, items: Sequence[Item], total: int
    ) -> dict[str, float]:
        batch = collate(items, self.padding).to(self.device)
        with torch.autocast("cuda", torch.bfloat16, enabled=self.device.type == "cuda"):
            reading = network(batch.ids, batch.kinds, batch.lengths)
        parts = losses(reading, batch, self.weights)
        (torch.stack(list(parts.values())).sum() / total).backward()  # type: ignore[no-untyped-call]
        return {k: float(v.detach()) for k, v in parts.items()}

    def _in_parallel(self, groups: Sequence[Sequence[Item]], total: int) -> list[dict[str, float]]:
        """Share the micro-batches out among replicas, one thread each.

        On two cores that is a tenth faster than two threads inside every operation, which wait
        for one another. The shares are fixed and summed in order, so a run can be repeated.
        """
        workers = len(self._replicas)
        results: list[list[dict[str, float]]] = [[] for _ in range(workers)]
        errors: list[BaseException] = []
        # The longest first, so that the shares are of like size.
        ordered = sorted(groups, key=lambda g: -max(map(len, g)))
        shares = [ordered[i::workers] for i in range(workers)]

        def work(i: int) -> None:
            torch.set_num_threads(1)
            try:
                for items in shares[i]:
                    results[i].append(self._backward(self._replicas[i], items, total))
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(i,)) for i in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        torch.set_num_threads(workers)
        if errors:
            raise errors[0]
        twins = [dict(r.named_parameters()) for r in self._replicas]
        for name, p in self.network.named_parameters():
            grads = [g for t in twins if (g := t[name].grad) is not None]
            if grads:
                p.grad = grads[0].clone()
                for grad in grads[1:]:
                    p.grad += grad
            for t in twins:
                t[name].grad = None
        return [part for result in results for part in result]

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(self.recipe.average, (1 + self.step) / (10 + self.step))
        for name, value in self.network.named_parameters():
            if value.requires_grad:
                self.averaged[name].lerp_(value.detach(), 1 - keep)


def _replica(network: ReaderNetwork) -> ReaderNetwork:
    """Return a network with the same tensors and gradients of its own."""
    memo = {id(t): t for t in [*network.parameters(), network.words]}
    twin = copy.deepcopy(network, memo)
    for module in twin.modules():
        for name, p in list(module.named_parameters(recurse=False)):
            own = torch.nn.Parameter(p.data, requires_grad=p.requires_grad)
            setattr(module, name, own)
    return twin.train()


def _freeze(network: ReaderNetwork, layers: int) -> None:
    if layers > 0:
        for p in (network.position, *network.norm.parameters()):
            p.requires_grad_(False)
    for layer in list(network.layers)[:layers]:
        for p in layer.parameters():
            p.requires_grad_(False)


def _groups(network: ReaderNetwork, recipe: Recipe) -> list[dict[str, Any]]:
    """Return the optimizer's groups: a rate for each layer, no weight decay on vectors."""
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    place = {id(layer): i for i, layer in enumerate(network.layers)}
    depth: dict[int, int] = {}
    for layer in network.layers:
        assert isinstance(layer, Layer)
        for p in layer.parameters():
            depth[id(p)] = len(place) - 1 - place[id(layer)]
    for name, p in network.named_parameters():
        if not p.requires_grad:
            continue
        below = len(place) if name.startswith(("position", "norm")) else depth.get(id(p), -1)
        rate = recipe.head_rate if below < 0 else recipe.rate * recipe.layer_decay**below
        decay = recipe.weight_decay if p.dim() > 1 else 0.0
        groups.setdefault((rate, decay), []).append(p)
    return [
        {"params": ps, "lr": rate, "base": rate, "weight_decay": decay}
        for (rate, decay), ps in groups.items()
    ]

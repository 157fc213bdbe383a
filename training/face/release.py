"""The whole way from data to weights and card, in steps that leave their result on disk."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict

import numpy as np
import torch

from mien.decoders.calibrate import softmax
from mien.decoders.face.decoder import NAME
from mien.decoders.face.readout import Readout
from mien.decoders.face.verify import Verifier
from mien.timeline.card import Card
from training.cards import write_card
from training.face.constants import Seen, fit_readout, judged, sharpness_range, to_metadata
from training.face.data import Pictures, load_pictures, published_test, teaching, validating
from training.face.degrade import harms, shrunk_to
from training.face.export import export_float, quantise, write_metadata
from training.face.fit import Recipe, Run
from training.face.folders import Folders, run_file
from training.face.measure import measure
from training.face.negatives import geometry, negatives
from training.face.net import SIDE, ExpressionNet, Shipped
from training.face.verifier import ShippedVerifier, VerifierRecipe, thresholds, train_verifier

FILES = (".onnx", ".verifier.onnx", ".card.json", ".card.md", ".calibration.svg", ".run.json")
"""What goes into the package, each after the decoder's name."""


def make_release(folders: Folders, recipe: Recipe) -> Card:
    """Train what is not trained yet, fit, measure, and write card and weights into `out`."""
    folders.out.mkdir(parents=True, exist_ok=True)
    pictures = load_pictures(folders.data)
    teach, valid, test = teaching(pictures), validating(pictures), published_test(pictures)
    run = Run(teach, valid, recipe, folders.out)
    run.resume()
    net = run.train()
    box, least = make_verifier(folders, teach, valid, recipe.seed)
    readout, shift, seen = make_weights(folders, net, teach, valid, box)
    card = measure(folders, pictures, readout, shift, seen, recipe)
    told = softmax(
        run_file(folders.weights, test.images).astype(np.float32), readout.confidence_temperature
    )
    write_card(
        card,
        folders.out,
        confidence=told.max(1).astype(np.float64),
        is_right=told.argmax(1) == test.majority,
        curve=run.curve,
        config={
            "recipe": asdict(recipe),
            "steps planned, from step": run.plans,
            "verifier": {**asdict(VerifierRecipe(seed=recipe.seed)), "least": least},
            "prior shift": shift,
            "training minutes": round(run.seconds / 60, 1),
        },
    )
    if folders.ship is not None:
        for ending in FILES:
            shutil.copyfile(folders.out / f"{NAME}{ending}", folders.ship / f"{NAME}{ending}")
    return card


def make_verifier(
    folders: Folders, teach: Pictures, valid: Pictures, seed: int
) -> tuple[tuple[float, float], dict[str, float]]:
    """The face-or-not net as a file; a cascade's geometry and the thresholds it carries."""
    state = folders.out / "verifier.json"
    if folders.verifier.is_file() and state.is_file():
        kept = json.loads(state.read_text(encoding="utf-8"))
        return (kept["box"][0], kept["box"][1]), kept["least"]
    faces = teach.take(teach.votes[:, 9] == 0).images
    box = geometry(faces)
    net = train_verifier(faces, negatives(faces, box, seed), VerifierRecipe(seed=seed))
    export_float(ShippedVerifier(net), torch.zeros(2, 1, SIDE, SIDE), folders.verifier, "logits")
    least = thresholds(net, valid.images)
    write_metadata(folders.verifier, {"least": least, "labels": ["face", "covered"]})
    state.write_text(json.dumps({"box": box, "least": least}), encoding="utf-8")
    return box, least


def make_weights(
    folders: Folders,
    net: ExpressionNet,
    teach: Pictures,
    valid: Pictures,
    box: tuple[float, float],
) -> tuple[Readout, dict[str, float], list[Seen]]:
    """Write the shipped file; give its constants, the prior shift and what they were fitted on."""
    example = torch.zeros(2, 1, SIDE, SIDE)
    sample = teach.images[np.sort(np.random.default_rng(0).choice(len(teach), 512, replace=False))]
    crops = sample[:, None].astype(np.float32)
    for mirror, plain, small in (
        (True, "float.onnx", f"{NAME}.onnx"),
        (False, "single-float.onnx", "single.onnx"),
    ):
        export_float(Shipped(net, mirror), example, folders.out / plain, "log_shares")
        quantise(folders.out / plain, folders.out / small, crops)
    sharpness = sharpness_range(sample, shrunk_to(sample, 12))
    seen = _seen(folders, valid, sharpness)
    counts = np.bincount(teach.majority[teach.majority >= 0], minlength=8)
    readout, shift = fit_readout(seen, valid, counts / counts.sum(), sharpness, box)
    write_metadata(
        folders.weights,
        {
            **to_metadata(readout),
            "decoder": NAME,
            "input": "n x 1 x 48 x 48, grey 0..255, side 1.0 of YuNet's longer box side",
            "output": "log shares of FER+'s eight labels, mean over both mirror images",
        },
    )
    return readout, shift, seen


def _seen(folders: Folders, valid: Pictures, sharpness: tuple[float, float]) -> list[Seen]:
    """Validation pictures under every harm, as the shipped nets see them; the clean ones first."""
    verifier = Verifier(folders.verifier)
    seen = []
    for harm in harms():
        crops = harm.apply(valid.images)
        qualities = judged(verifier, crops, harm.side_px, sharpness)
        seen.append(Seen(harm, run_file(folders.weights, crops), qualities))
    return seen

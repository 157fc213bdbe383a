"""`mien doctor`: what is installed, what it may be used for, and what may touch the network."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import typer

from mien.cli.output import result, result_json

PACKAGES = (
    "mien",
    "numpy",
    "pyarrow",
    "av",
    "soxr",
    "onnxruntime",
    "opencv-python-headless",
    "pillow",
)
_MODELS = ("httpx2", "filelock", "huggingface-hub")
EXTRAS = {
    "models": _MODELS,
    "emonet": (*_MODELS, "ctranslate2", "onnx", "safetensors"),
    "evals": ("inspect-ai", "openai"),
    "rate": ("scipy",),
    "serve": ("aiohttp", "fastapi", "httpx2", "uvicorn", "uvloop"),
    "live": ("sounddevice",),
    "transcribe": (*_MODELS, "faster-whisper"),
}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say what is installed, which decoders there are, and what may touch the network."""
    found = examine()
    if as_json:
        result_json(found)
        return
    for title, rows in (
        ("Machine", [f"{k}: {v}" for k, v in found["machine"].items()]),
        ("Packages", [f"{k} {v or 'missing'}" for k, v in found["packages"].items()]),
        ("Extras", [f"{k}: {v}" for k, v in found["extras"].items()]),
        ("Decoders", [_decoder_line(row) for row in found["decoders"]]),
        ("Left out", [f"{b['name']} of {b['package']}: {b['reason']}" for b in found["broken"]]),
        ("Weights from publishers", [f"{m['name']}: {m['state']}" for m in found["models"]]),
        ("Settings", [f"{k}: {v}" for k, v in found["settings"].items()]),
        ("Hub", [f"{k}: {v}" for k, v in found["hub"].items()]),
        ("May touch the network", found["network"]),
        ("Good to know", found["privacy"]),
    ):
        if rows:
            result(f"\n{title}")
            for row in rows:
                result(f"  {row}")


def examine() -> dict[str, Any]:
    """All that `mien doctor` tells, as plain values."""
    from mien.assets import listing
    from mien.core.config import load_config
    from mien.core.errors import DecoderError
    from mien.core.network import places
    from mien.core.paths import models_folder
    from mien.core.redact import without_secrets
    from mien.decoders.registry import broken, offers

    config = load_config()
    decoders, unreadable = [], []
    for offer in offers().values():
        try:
            decoders.append(_decoder(offer, config.commercial))
        except DecoderError as error:
            row = {"name": offer.name, "package": "its weights", "reason": str(error)}
            unreadable.append(row)
    return {
        "machine": {
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "processors": os.cpu_count(),
        },
        "packages": {name: _version(name) for name in PACKAGES},
        "extras": {
            extra: "installed"
            if all(_version(name) for name in names)
            else f"not installed: pip install 'mien[{extra}]'"
            for extra, names in EXTRAS.items()
        },
        "decoders": decoders,
        "broken": [*(entry._asdict() for entry in broken()), *unreadable],
        "models": [
            {"name": s.name, "state": s.state, "checked": s.is_checked}
            for s in listing()
            if not s.asset.is_data
        ],
        "settings": {
            "offline": config.offline,
            "commercial": config.commercial,
            "threads": config.threads,
            "detector": config.detector,
            "device": config.device,
            "precision": config.precision,
            "attributes": config.attributes,
            "captions": config.captions,
            "transcribe_url": without_secrets(config.transcribe_url),
            "transcribe_model": config.transcribe_model,
            "weights in": str(models_folder()),
        },
        "hub": _hub(),
        "network": [f"{p.purpose}: {p.command} ({p.host})" for p in places()],
        "privacy": [
            "what is read stays here; only asking a model sends it what it is asked about",
            "people are told apart within a file, never recognized",
            "no voice print and no face template is written to disk",
        ],
    }


def _hub() -> dict[str, Any]:
    """What decides how weights come from Hugging Face; never a token itself."""
    from mien.assets.hub import shown_endpoint
    from mien.core.network import hub_is_offline

    return {
        "from": shown_endpoint(),
        "token": "HF_TOKEN is set" if os.environ.get("HF_TOKEN") else "HF_TOKEN is not set",
        "offline": hub_is_offline() or False,
        "library": _version("huggingface-hub") or "not installed",
    }


def _decoder(offer: Any, commercial: bool) -> dict[str, Any]:
    card = offer.card()
    return {
        "name": offer.name,
        "channel": offer.channel.value,
        "coverage": card.coverage,
        "licence": card.licence,
        "commercial": card.commercial,
        "refused": commercial and not card.commercial,
        "cost": offer.cost,
    }


def _decoder_line(row: dict[str, Any]) -> str:
    use = "" if row["commercial"] else ", no commercial use"
    refused = " (refused: MIEN_COMMERCIAL is set)" if row["refused"] else ""
    return f"{row['name']}: {row['coverage']}, {row['licence']}{use}, {row['cost']}{refused}"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None

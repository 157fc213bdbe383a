"""What the card says in words."""

from __future__ import annotations

from mien.decoders.face.readout import Readout

TITLE = "How onlookers would label the expression of a face, from photos and videos"

LICENCE = "CC-BY-NC-SA-4.0"
"""FER2013 was given for research and its pictures have no licence: the cautious choice."""

LIMITS = (
    "It says how onlookers would label a face, not what the person feels: people scowl "
    "without anger and are angry without a scowl.",
    "It identifies nobody: no face is compared with a stored one, no template of a face is "
    "stored or given out, and labels such as Face 1 end with the source.",
    "Contempt, disgust and fear are rare in training (97, 77 and 368 pictures with a majority) "
    "and often missed; the balanced setting finds more of them at lower precision.",
    "Sadness is often read as neutral, fear as surprise.",
    "Below about 24 px, blurred or with a covered mouth it loses points; the confidence falls "
    "with the quality, as fitted on pictures harmed by arithmetic, not on real masks.",
    "Heads turned by more than 45 degrees, children and drawings were hardly in training.",
    "Trained on faces from web search of 2013, many of them posed stock photographs with "
    "watermarks; confidence on webcams has not been measured and is probably too high.",
    "Accuracy by sex, age or skin was not measured, since the test set has no such labels; "
    "the gaps of readings between groups are given instead.",
    "Valence, arousal and dominance are derived from priors of the eight labels, not measured; "
    "their deviation holds the error of the shares alone.",
    "No action units.",
    "What weights trained on FER2013's pictures may be licensed as is unsettled; they are "
    "offered for non-commercial use.",
)


def calibration(readout: Readout, shift: dict[str, float]) -> str:
    """How shares and confidence were fitted."""
    return (
        f"shares: fitted on votes (temperature {readout.share_temperature:.2f}); confidence: "
        f"temperature {readout.confidence_temperature:.2f} fitted to the raters' majority on "
        "validation pictures, raised by low size, sharpness, exposure and visibility as fitted "
        f"on harmed copies of them; prior shift for the balanced setting: tau {shift['tau']:.2f}"
    )

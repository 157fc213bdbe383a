"""What the task is."""

from __future__ import annotations

from mien.evals.info import TaskInfo

INFO = TaskInfo(
    name="emobench",
    title="EmoBench, what to do for someone (EA), and what they feel and why (EU)",
    version="1",
    measures=(
        "How often a model picks the option that the authors hold to be right about people in "
        "short scenes. Options give much away unread: the longest cause is right half of the time, "
        "and in the publisher's first order one letter is right in over a third of EA"
    ),
    main_score="accuracy",
    scale="0 to 100 % right, higher is better; EA and EU, languages and protocols stand apart",
    factor=100.0,
    citation=(
        "Sabour, S., Liu, S., Zhang, Z., et al. (2024). EmoBench: Evaluating the Emotional "
        "Intelligence of Large Language Models. ACL 2024, 5986-6004. "
        "doi:10.18653/v1/2024.acl-long.326"
    ),
    licence="MIT",
    asset="emobench",
    cluster="item",
    languages=("en", "zh"),
    contamination=(
        "Items, right answers and the answers of a dozen models are public since March 2024; "
        "models trained since may have read them"
    ),
    folders=True,
)

ASSET_2024 = "emobench-2024"
"""The files of the paper's protocol, which the publisher's repository no longer holds."""

"""Which versions of the frameworks the adapters are tested with."""

from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "litellm",
    "langchain",
    "langchain-core",
    "langchain-openai",
    "langgraph",
    "openai-agents",
    "openai",
)


def pytest_report_header():
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return f"adapters: {', '.join(found) or 'no framework is installed'}"

"""Language models behind any OpenAI-compatible address."""

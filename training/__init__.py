"""From data to weights and cards; never imported by the package."""

"""How fast and how large: tables of ratios, measured side by side in one run."""

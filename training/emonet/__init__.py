"""What Mien ships beside LAION's EmoNet models: published constants and cards."""

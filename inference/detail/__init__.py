"""Fine relief of the skin as a displacement map."""

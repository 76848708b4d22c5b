"""The environment in which the engine runs: finding a Python, filling it, proving it."""

"""Fetching files: certificates, proxies, and what a failure means in words. Standard library only."""

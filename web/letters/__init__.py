"""Apologies waiting for a signature: one page for a head with forty of them."""

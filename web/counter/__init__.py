"""Receiving dossiers at the one-stop counter, and giving results back."""

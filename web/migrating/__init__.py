"""Bringing open dossiers to another version of their process: the pages, and what the command line prints."""

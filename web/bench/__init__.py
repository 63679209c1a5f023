"""What this machine can do: figures of `motcua bench`, each a ratio or a speed taken on a database of its own."""

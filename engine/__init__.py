"""The rules of the one-stop shop: processes, deadlines, acts, history. Knows neither pages nor other agencies."""

"""One dossier: its page, its letters and papers, and the further acts a person may do on it."""

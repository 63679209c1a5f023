"""The public postal service (bưu chính công ích): fetches a dossier from the applicant, brings a result home."""

"""What people meet: pages for officers, designers, auditors and applicants, and the command line."""

"""What applicants see without signing in."""

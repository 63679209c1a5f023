"""Tables, migrations, the embedded PostgreSQL, blobs, the Clock and the queue's door. Knows no acts, no pages."""

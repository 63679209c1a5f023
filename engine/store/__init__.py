"""Tables, migrations, the embedded PostgreSQL, blobs, the Clock and the queue's door. Knows nothing of acts or pages."""

"""What people have on disk: any common file of articles in, JSON lines out."""

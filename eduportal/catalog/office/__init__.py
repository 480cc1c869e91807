"""What staff do with the catalog, page by page."""

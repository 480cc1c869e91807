"""What staff do with runs and the people in them, page by page."""

"""What every feature stands on; each file is a thing with a name."""

"""What a partner says, what the catalogue holds, what may be shown."""

"""Which statements are about the same title. Pure functions over what the statements say."""

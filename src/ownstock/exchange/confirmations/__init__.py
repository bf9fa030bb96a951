"""What suppliers answer on a page or in a sheet: what is asked of them, what they say, what is made of it."""

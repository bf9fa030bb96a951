"""What customers want: demand lines, what is promised to them, what was shipped, what they still wait for."""

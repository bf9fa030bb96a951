"""How much of a file is looked at: beyond each of these it is refused, so that any bytes take bounded time and memory."""

from __future__ import annotations

MAX_BYTES = 16 * 2**20
MAX_INTERCHANGES = 1_000
MAX_SEGMENTS = 600_000
MAX_ELEMENTS = 100
# Groups and messages together.
MAX_MESSAGES = 20_000
# Of the levels of a shipping notice; five are usual.
MAX_DEPTH = 10
MAX_ELEMENT_LENGTH = 4_000
# With all its padding an ISA has 106 characters.
MAX_ISA_LENGTH = 300
MAX_PROBLEMS = 500
# Of a value that a sentence speaks of.
MAX_TOLD_LENGTH = 40

"""The HTTP interface for programs: parse, call one action or query, answer in JSON."""

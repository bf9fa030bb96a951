"""The pages for people: parse, call one action or query, render."""

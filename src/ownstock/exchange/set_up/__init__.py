"""Setting a company up from files that people bring, step by step, until the first proposals.

kinds.py     everything that can be imported, in the order in which one thing refers to another
rules.py     what a file is, what must still be asked of it, what is assumed where nothing is said: pure
files.py     files as they were brought: kept, looked at, checked, removed
sales.py     a history of sales and today's stock as the movements that lead from one to the other: pure
terms.py     suppliers, terms and item-sites that follow from a file of items: pure
actions.py   what people do on the way        running.py   the import as a job that can be killed and goes on
assumed.py   values that nobody said, each marked        health.py, sentences.py   what the data lack, in sentences
"""

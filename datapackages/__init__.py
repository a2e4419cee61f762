"""The contract: types, schemas, code lists and the way from facts to data packages and SQLite.

Everything two rooms of the house share is defined here; this package imports none of them.
"""

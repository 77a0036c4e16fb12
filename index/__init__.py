"""Indexes: passages become tokens and vectors, and these an immutable snapshot."""

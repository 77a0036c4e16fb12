"""Questions: a question becomes an `Answer`, on the command line, in a page, in a chain."""

"""Reading: a question and a passage become a span, a relevance and a chance of an answer."""

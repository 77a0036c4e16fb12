"""Training of the reader: labelled questions become weights and figures."""

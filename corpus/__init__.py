"""Documents: a file becomes a cleaned `Document`, a document becomes `Passage`s."""

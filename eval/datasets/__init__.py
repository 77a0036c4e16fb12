"""Files of questions, and whether they are any good: the formats that the evaluators measure on."""

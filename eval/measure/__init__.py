"""What is measured: retrieval, reading, answers and their robustness."""

"""Commands that measure speed and memory; see the README for how to run them."""

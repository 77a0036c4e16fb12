"""Figures: answers become measurements of accuracy, refusal, speed and memory."""

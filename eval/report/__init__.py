"""HTML reports of runs: one self-contained file that opens from disk without a network."""

from eval.report.page import write_comparison, write_report

__all__ = ["write_comparison", "write_report"]

"""What the bench counts: texts, rankings, calibration, their aggregates and how sure they are."""

"""The report of an evaluation: one HTML page with pictures, one Markdown table, from the same numbers."""

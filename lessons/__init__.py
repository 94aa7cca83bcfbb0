"""The lessons: one folder each, named in order.toml. Sources with solutions stay in the repository."""

"""What happens inside a network: ``attention.attention_of``, ``reach.receptive_field``, ``tracing.trace``."""

"""Many runs and one table: variants × seeds, several at a time, beside what was published."""

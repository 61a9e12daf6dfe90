"""The benchmarks: figures for a person to judge, never a test."""

"""Speed and memory, measured side by side with other libraries: ``python -m tests.benchmarks``."""

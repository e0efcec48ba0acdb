"""Tests of the platform's own answers and exports."""

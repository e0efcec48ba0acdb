"""Tests of partnerkpi."""

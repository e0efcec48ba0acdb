"""Tests of the platform's own payloads and exports."""

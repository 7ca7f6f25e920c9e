"""Tests of the client. Those that need a service use the one at `MICROGPT_URL`, and are skipped without it."""

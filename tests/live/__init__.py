"""The real product for tests: its own processes, its own data, its own mail server."""

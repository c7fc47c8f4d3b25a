#!/usr/bin/env python
"""Run the project's own commands."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.umask(0o077)  # what the product writes is nobody else's to read
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
    execute_from_command_line(sys.argv)

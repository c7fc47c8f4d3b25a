"""`python -m tests.benchmarks NAME [arguments]` runs one benchmark."""

import importlib
import pkgutil
import sys

import tests.benchmarks


def names() -> list[str]:
    """Every benchmark there is; modules that begin with an underscore are parts of others."""
    found = (module.name for module in pkgutil.iter_modules(tests.benchmarks.__path__))
    return sorted(name for name in found if not name.startswith("_"))


def main(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    if name not in names():
        listed = ", ".join(names()) or "none yet"
        options = "[--postgres] [--quick] [--seed NUMBER] [--json FILE]"
        print(f"bin/bench NAME {options}. The benchmarks: {listed}.", file=sys.stderr)
        return 2
    module = importlib.import_module(f"tests.benchmarks.{name}")
    code: int = module.main(arguments[1:])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

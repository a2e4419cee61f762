"""Find the files of the site: inside the wheel (``yusuan/_site``) or in the checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGED = Path(__file__).with_name("_site")
CHECKOUT = Path(__file__).parent.parent
PLACES = {
    "datasette": "datasette",
    "metadata.yaml": "metadata.yaml",
    "demo": "tests/documents/demo",
}


def site_file(name: str) -> Path:
    """Return the path of ``datasette``, ``metadata.yaml`` or ``demo``.

    Raises FileNotFoundError naming both places when the installation is incomplete.
    """
    if name not in PLACES:
        raise ValueError(f"site_file({name!r}): expected one of {', '.join(PLACES)}")
    tried = (PACKAGED / name, CHECKOUT / PLACES[name])
    for path in tried:
        if path.exists():
            return path
    raise FileNotFoundError(
        f"{name} is neither at {tried[0]} nor at {tried[1]}; install the yusuan wheel again or use its checkout"
    )

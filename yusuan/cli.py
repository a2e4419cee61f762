"""The command ``yusuan``: its help is the manual."""

from __future__ import annotations

import click

from yusuan.collect import crawl, import_
from yusuan.demo import demo
from yusuan.diffing import diff
from yusuan.explaining import explain_
from yusuan.publish import build, package
from yusuan.reading import parse
from yusuan.refresh import refresh
from yusuan.rollback import rollback
from yusuan.serve import serve
from yusuan.sources import sources
from yusuan.status import status
from yusuan.upgrade import upgrade


class InOrder(click.Group):
    """Commands in the order of the work, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=InOrder)
@click.version_option(package_name="yusuan")
def main() -> None:
    """China's municipal budget disclosures (预算公开), from PDF to data that can be searched and cited.

    The work goes crawl (or import) → parse → package → build → serve; `yusuan demo` does all of it for a
    made-up city, offline. Every command takes --data after its name (or YUSUAN_DATA); everything that is
    made lies there, and any command may be killed and repeated.

    Exit codes: 0 every document is parsed or carries a named issue; 1 a gate failed, or a single file
    cannot be read; 2 usage; 75 another run is at work in the same data directory.
    """


COMMANDS = (
    demo, crawl, import_, parse, explain_, package, build, serve, refresh, status, diff, sources, upgrade, rollback,
)  # fmt: skip
for command in COMMANDS:
    main.add_command(command)

if __name__ == "__main__":
    main()

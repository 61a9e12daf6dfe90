"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="给程序读的输出 · output for programs")]
Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="登记表或场景文件夹 · the folder")]

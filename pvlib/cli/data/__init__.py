"""``pvlib data …``: draw faces, look at recipes, check and unpack data sets. One verb a module."""

import typer

from pvlib.cli.data.check import check
from pvlib.cli.data.draw import draw
from pvlib.cli.data.sheet import sheet
from pvlib.cli.data.show import show
from pvlib.cli.data.unpack import unpack

data_app = typer.Typer(help="Draw, check, unpack and look at faces.", no_args_is_help=True)

data_app.command()(check)
data_app.command()(draw)
data_app.command()(sheet)
data_app.command()(show)
data_app.command()(unpack)

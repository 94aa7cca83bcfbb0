"""``pvlib data …``: draw faces, look at recipes, check and prepare data sets. One verb a module."""

import typer

data_app = typer.Typer(help="Draw, check, prepare and look at faces.", no_args_is_help=True)

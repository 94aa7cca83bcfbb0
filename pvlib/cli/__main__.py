from pvlib.cli import app

app()

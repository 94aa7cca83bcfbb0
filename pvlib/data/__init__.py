"""Faces and their labels: every reader returns :class:`pvlib.data.faces.Faces`."""

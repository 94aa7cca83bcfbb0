"""Fill a template that lies in a package beside the code that uses it."""

from typing import Any

import jinja2

from pvlib.markdown import plain


def fill(package: str, template: str, **values: Any) -> str:
    """Return the text of ``template`` of ``package``; in a page, whatever it is given is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package, "."),
        autoescape=template.endswith(".html.jinja"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["plain"] = plain
    return environment.get_template(template).render(**values)

"""The web pages: Jinja2, htmx and server-sent events; their forms work without scripts, too."""

"""One module a page: TITLE (a text key), MODEL (a name in the catalogue) and render(models)."""

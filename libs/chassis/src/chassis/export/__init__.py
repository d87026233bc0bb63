"""A neutral package of what services know: parts that are read page by page, lines, files, a signed manifest."""

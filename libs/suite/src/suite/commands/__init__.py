"""One file a command of `eldercare`."""

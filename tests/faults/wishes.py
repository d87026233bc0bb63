"""Where a test leaves its wish for a slow handler, and reads what ran; known to both, loads neither runtime."""

FOLDER = "ELDERCARE_TEST_SLOW"  # the variable that names the folder
WISH, RAN = "wish", "ran"

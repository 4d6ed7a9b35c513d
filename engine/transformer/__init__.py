"""Language models as weights and shapes; no task is known here."""

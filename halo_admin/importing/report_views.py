"""An import's page: what happened to every record and why, answers, files, and the history of imports."""

"""What make calls: setting the project up, and running the whole site under one supervisor."""

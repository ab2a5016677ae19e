"""Reading and writing drplan's files: mapping, plan, journal, and the schemas they follow."""

"""Where policies and practices are tried before money depends on them; here lives the sample company."""

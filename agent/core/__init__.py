"""The pure core: values in, values out. No clock, socket, file, environment or log in here."""

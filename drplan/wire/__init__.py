"""What crosses the line to an Engine: requests, responses, transports, and recordings of both."""

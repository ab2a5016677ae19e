"""One use case a file: a frozen request goes in, a result comes out, nothing is printed."""

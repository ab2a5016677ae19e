"""Planning: what should be, what is, what to do about it. Pure: data in, data out."""

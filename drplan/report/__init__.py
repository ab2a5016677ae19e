"""What people read: plans and runs as text, Markdown and HTML, from one view each."""

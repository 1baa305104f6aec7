"""The compiler: from typed expressions to functions, without any front end or display."""

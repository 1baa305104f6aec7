"""Where an expression loses digits on sampled inputs, and a search for forms of it that do not."""

"""What an expression is made of: types, ops, nodes, graphs, errors, configuration."""

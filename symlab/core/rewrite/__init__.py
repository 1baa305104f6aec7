"""How a rule is written, matched, driven and recorded."""

def rule_latex(rule): return None

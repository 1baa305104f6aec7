/**
 * Large traces for measurements: a plain script, so that a page can load it as it is and a test can import it.
 * `syntheticTrace(nodes, steps, seed)` gives the JSON of a trace whose graph looks like that of a training loop.
 */
globalThis.syntheticTrace = (count, stepCount, seed = 1) => {
  let state = seed;
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const below = limit => Math.floor(random() * limit);
  const ops = [
    'add',
    'mul',
    'exp',
    'log',
    'tanh',
    'dot',
    'sum',
    'transpose',
    'sub',
    'reshape',
    'sqr',
    'maximum',
  ];
  const texts = [
    'input',
    'shared',
    'constant',
    ...ops,
    'float64',
    'float32',
    'a cell',
    'x',
    '0.5',
    'merged',
    'split',
  ];
  const strings = [...texts, 'output 0', 'canonicalize', 'specialize', 'fuse', 'the reason', 'a * b -> c'];
  const s = text => strings.indexOf(text);
  const inputs = new Map();
  const users = new Map();
  let nextId = 0;
  const add = (op, operands) => {
    const id = nextId++;
    inputs.set(id, operands.slice());
    users.set(id, new Set());
    for (const operand of operands) users.get(operand).add(id);
    const leaf = operands.length ? -1 : s(op === 'constant' ? '0.5' : 'x');
    const [name, detail] = op === 'constant' ? [-1, leaf] : [leaf, -1];
    return [id, s(op), operands, below(2), 0, -1, name, detail];
  };
  const pick = () => {
    const far = random() < 0.03;
    return far ? below(nextId) : Math.max(0, nextId - 1 - Math.floor(random() ** 2 * 60));
  };
  const nodes = [];
  for (let k = 0; k < 8; k++) nodes.push(add(k < 4 ? 'input' : 'shared', []));
  while (nodes.length < count - 1) {
    if (random() < 0.08) nodes.push(add('constant', []));
    const operands = random() < 0.5 ? [pick()] : [pick(), pick()];
    nodes.push(add(ops[below(ops.length)], operands));
  }
  const loose = nodes.map(node => node[0]).filter(id => users.get(id).size === 0);
  nodes.push(add('sum', loose));
  const root = nextId - 1;
  const remove = id => {
    for (const operand of inputs.get(id)) users.get(operand)?.delete(id);
    inputs.delete(id);
    users.delete(id);
  };
  const replaceBy = (old, operands, op, expand) => {
    const added = expand ? [add(ops[below(ops.length)], operands)] : [];
    added.push(add(op, expand ? [added[0][0]] : operands));
    const by = nextId - 1;
    const rewired = [];
    for (const user of [...users.get(old)]) {
      inputs.get(user).forEach((operand, slot) => {
        if (operand !== old) return;
        inputs.get(user)[slot] = by;
        users.get(by).add(user);
        rewired.push([user, slot, by]);
      });
    }
    const deleted = [old];
    const waiting = [...inputs.get(old)];
    remove(old);
    while (waiting.length) {
      const id = waiting.pop();
      if (!users.has(id) || users.get(id).size || id < 8) continue;
      waiting.push(...inputs.get(id));
      remove(id);
      deleted.push(id);
    }
    return { added, by, rewired, deleted };
  };
  const candidates = () => {
    for (;;) {
      const id = below(nextId);
      if (id !== root && inputs.get(id)?.length && users.get(id).size) return id;
    }
  };
  const steps = [];
  while (steps.length < stepCount) {
    const at = candidates();
    const bindings = [[s('x'), inputs.get(at)[0]]];
    const kind = random();
    const inner = inputs.get(at)[0];
    const merge = kind < 0.4 && inputs.get(inner)?.length;
    const operands = merge ? [...inputs.get(inner), ...inputs.get(at).slice(1)] : inputs.get(at).slice();
    const { added, by, rewired, deleted } = replaceBy(at, operands, merge ? 'mul' : 'tanh', kind > 0.75);
    const provenance = [[by, [at]]];
    const rule = merge ? 0 : 1;
    steps.push({
      rule,
      at,
      by,
      add: added,
      del: deleted,
      rewired,
      outputs: [],
      bindings,
      provenance,
      us: 20,
      verdict: null,
    });
  }
  const half = Math.floor(stepCount / 2);
  return {
    version: 1,
    name: 'synthetic',
    mode: 'FAST_RUN',
    device: 'cpu',
    strings,
    types: [
      [s('float64'), [64, null]],
      [s('float32'), []],
    ],
    sources: [[s('a cell'), 3, -1]],
    nodes,
    inputs: [0, 1, 2, 3],
    outputs: [[s('output 0'), root]],
    passes: [
      [s('canonicalize'), 0, half, 21000, count, count],
      [s('specialize'), half, 0, 900, count, count],
      [s('fuse'), half, stepCount - half, 30000, count, inputs.size],
    ],
    rules: [
      [s('merged'), s('the reason'), s('a * b -> c'), -1, []],
      [s('split'), s('the reason'), s('a * b -> c'), -1, []],
    ],
    steps,
  };
};

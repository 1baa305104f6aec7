import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTrace } from '../src/core/parse';
import { Player } from '../src/core/player';
import { TraceError } from '../src/core/trace';
import { fixture, readData, type TraceJson } from './support';

test('the fixture decodes into its records', () => {
  const trace = parseTrace(fixture());
  assert.equal(trace.name, 'f');
  assert.deepEqual(trace.nodes[1].type, { dtype: 'float64', shape: [3] });
  assert.deepEqual(trace.nodes[0].type, { dtype: 'float64', shape: [null, 3] });
  assert.equal(trace.nodes[4].name, '<script>alert(1)</script>');
  assert.equal(trace.nodes[9].source?.text, 'loss = T.sum(T.log(0.5 + 0.5 + T.exp(z)))');
  assert.equal(trace.steps[4].rule.formula, 'log(1 + x) -> log1p(x)');
  assert.deepEqual(trace.steps[4].bindings, [{ variable: 'x', id: 5 }]);
  assert.deepEqual(trace.steps[3].rule.assumptions, ['real algebra']);
  assert.equal(trace.tables[0].values.get(23), 41.5);
  assert.match(trace.kernels[0].source!, /log1p/);
  assert.equal(trace.passes[1].count, 0);
});

test('a packed trace is the same trace', () => {
  const packed = readData<{ nodes: string; steps: string }>('trace_v1_packed.json');
  assert.deepEqual(parseTrace({ ...fixture(), ...packed }), parseTrace(fixture()));
});

test('a packed trace that is broken names its place', () => {
  for (const nodes of ['AA=', 'Ag==', ''])
    assert.throws(
      () => parseTrace({ ...fixture(), nodes }),
      /nodes: (expected base64|the numbers end too early)/,
    );
});

test('tables, kernels and view may be left out', () => {
  const json = fixture();
  delete json['tables'];
  delete json['kernels'];
  delete json['view'];
  const trace = parseTrace(json);
  assert.deepEqual([trace.tables, trace.kernels, trace.view], [[], [], { step: 0, selected: null }]);
});

/** Changes to the fixture, and what the error must name. */
const FAULTS: readonly (readonly [string, (json: TraceJson) => void, RegExp])[] = [
  ['another version', json => (json.version = 2), /version: this viewer reads version 1, not 2/],
  [
    'no strings',
    json => delete (json as Partial<TraceJson>).strings,
    /strings: expected a list, found undefined/,
  ],
  [
    'a number among strings',
    json => (json.strings[3] = 7 as never),
    /strings\[3\]: expected a string, found 7/,
  ],
  ['a short node', json => json.nodes[2].pop(), /nodes\[2\]: expected a list of 8 elements/],
  [
    'an index beyond its table',
    json => (json.nodes[2][1] = 999),
    /nodes\[2\]\[1\]: expected an index into the \d+ strings/,
  ],
  ['a negative index', json => (json.nodes[2][1] = -1), /nodes\[2\]\[1\]: expected a whole number/],
  ['a fraction', json => (json.nodes[2][0] = 1.5), /nodes\[2\]\[0\]: expected a whole number, found 1.5/],
  [
    'an unknown verdict',
    json => (json.steps[0]['verdict'] = 'fine'),
    /steps\[0\].verdict: expected null or one of ok/,
  ],
  [
    'passes with a gap',
    json => (json.passes[2][1] = 5),
    /passes\[2\]\[1\]: expected 4, where the pass before it ends/,
  ],
  ['too long a pass', json => (json.passes[4][2] = 9), /passes\[4\]\[2\]: expected at most 2/],
  ['an id twice', json => (json.nodes[2][0] = 1), /nodes\[2\]: node 1 was there before/],
  ['an operand that is not there', json => (json.nodes[2][2] = [0, 77]), /nodes\[2\]: there is no node 77/],
  [
    'a dead node rewired',
    json => (json.steps[4]['rewired'] = [[4, 0, 2]]),
    /steps\[4\].rewired\[0\]: node 4 is gone since step 1/,
  ],
  [
    'a slot too many',
    json => (json.steps[4]['rewired'] = [[10, 3, 21]]),
    /node 10 has 1 operands and no slot 3/,
  ],
  [
    'a deletion of what is read',
    json => (json.steps[4]['rewired'] = []),
    /steps\[4\].del: node 9 is removed but still read/,
  ],
  [
    'a deletion of a result',
    json => (json.steps[6]['outputs'] = []),
    /steps\[6\].del: node 10 is removed but still read/,
  ],
  [
    'no such output',
    json => (json.steps[6]['outputs'] = [[3, 23]]),
    /steps\[6\].outputs\[0\]: there is no output 3/,
  ],
  [
    'a binding to the future',
    json => (json.steps[0]['bindings'] = [[1, 21]]),
    /steps\[0\].bindings\[0\]: there is no node 21/,
  ],
  [
    'an id used again',
    json => ((json.steps[5]['add'] as number[][])[0][0] = 9),
    /steps\[5\].add\[0\]: node 9 was there before/,
  ],
  [
    'a table with a name for an id',
    json => (json['tables'] = { ulp: { step: 8, values: { a: 1 } } }),
    /tables.ulp.values: expected ids/,
  ],
];

for (const [name, spoil, message] of FAULTS) {
  test(`refused: ${name}`, () => {
    const json = fixture();
    spoil(json);
    assert.throws(
      () => new Player(parseTrace(json)),
      (error: unknown) => error instanceof TraceError && message.test(error.message),
    );
  });
}

test('what is no object at all is refused', () => {
  for (const json of [null, 3, 'trace', [], undefined]) assert.throws(() => parseTrace(json), TraceError);
});

test('names from the prototype are no fields', () => {
  assert.throws(
    () => parseTrace(JSON.parse('{"__proto__": {"version": 1}}')),
    /version: expected a whole number/,
  );
});

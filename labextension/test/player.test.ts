import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTrace } from '../src/core/parse';
import { Player, slotKey } from '../src/core/player';
import type { NodeRecord, Step, Trace } from '../src/core/trace';
import { fixture, living, readData, replay, synthetic } from './support';

interface Moment {
  step: number;
  nodes: [number, string, number[]][];
  outputs: number[];
}

test('the fixture replays to what is expected, forwards, backwards and at random', () => {
  const player = new Player(parseTrace(fixture()));
  const moments = readData<Moment[]>('trace_v1_expected.json');
  assert.deepEqual(
    moments.map(moment => moment.step),
    [0, 1, 4, 5, 6, 8],
  );
  for (const { step, nodes, outputs } of [...moments, ...moments.toReversed(), moments[4], moments[1]]) {
    const frame = living(player.seek(step));
    assert.deepEqual(frame.nodes, nodes);
    assert.deepEqual(
      frame.outputs.map(output => output[1]),
      outputs,
    );
  }
});

for (const seed of [1, 2, 3]) {
  test(`every frame equals the naive replay, undo gives the base (seed ${seed})`, () => {
    const trace = synthetic(120, 150, seed);
    const player = new Player(trace);
    for (let step = 0; step <= 150; step++) assert.deepEqual(living(player.seek(step)), replay(trace, step));
    for (let step = 150; step >= 0; step -= 7)
      assert.deepEqual(living(player.seek(step)), replay(trace, step));
    assert.deepEqual(living(player.seek(0)), replay(trace, 0));
  });
}

test('a frame tells what its step did', () => {
  const { nodes, rewired, lost, alive } = new Player(parseTrace(fixture())).seek(5);
  const changed = [...nodes.values()]
    .filter(node => node.change !== 'kept')
    .map(node => [node.record.id, node.change]);
  assert.deepEqual(changed, [
    [8, 'gone'],
    [9, 'gone'],
    [17, 'gone'],
    [21, 'new'],
  ]);
  assert.deepEqual([...rewired], [slotKey(10, 0)]);
  assert.deepEqual(lost, [{ from: 9, to: 10, slot: 0 }]);
  assert.equal(alive, 10);
  assert.deepEqual(nodes.get(9)!.inputs, [8]);
  assert.deepEqual(nodes.get(5)!.users, [21, 8]);
});

test('a node that one step adds and removes is never seen', () => {
  const json = fixture();
  const added = json.steps[1]['add'] as unknown[][];
  added.push([90, added[0][1], [], -1, -1, -1, -1, -1]);
  (json.steps[1]['del'] as number[]).push(90);
  assert.equal(new Player(parseTrace(json)).seek(2).nodes.has(90), false);
});

test('positions are clamped, passes lead to their ends', () => {
  const player = new Player(parseTrace(fixture()));
  assert.equal(player.seek(-3).step, 0);
  assert.equal(player.seek(99).step, 8);
  player.seek(0);
  const ends: number[] = [];
  for (let k = 0; k < 4; k++) ends.push(player.seek(player.nextPassEnd()).step);
  assert.deepEqual(ends, [4, 6, 8, 8]);
  const starts: number[] = [];
  for (let k = 0; k < 4; k++) starts.push(player.seek(player.previousPassStart()).step);
  assert.deepEqual(starts, [6, 4, 0, 0]);
  assert.equal(player.passOf(5)?.name, 'stabilize');
  assert.equal(player.passOf(0), null);
});

/** A chain in which every step replaces one node by another. */
function longTrace(length: number): Trace {
  const record = (id: number, inputs: number[]): NodeRecord => ({
    id,
    op: 'exp',
    inputs,
    type: null,
    source: null,
    scope: null,
    name: null,
    detail: null,
  });
  const rule = { name: 'r', reason: '', formula: '', latex: null, assumptions: [] };
  const steps = Array.from({ length }, (_, k): Step => ({
    rule,
    at: k + 2,
    by: k + 3,
    added: [record(k + 3, [1])],
    deleted: [k + 2],
    rewired: [],
    outputs: [{ position: 0, id: k + 3 }],
    bindings: [],
    provenance: [],
    microseconds: 1,
    verdict: null,
  }));
  const nodes = [record(0, []), record(1, [0]), record(2, [1])];
  const view = { step: 0, selected: null };
  const outputs = [{ label: 'output 0', id: 2 }];
  return {
    name: 'long',
    mode: '',
    device: '',
    nodes,
    inputs: [0],
    outputs,
    passes: [],
    steps,
    tables: [],
    kernels: [],
    view,
  };
}

test('100,000 steps: any of them in a small part of the time that opening takes', () => {
  const trace = longTrace(100_000);
  const start = performance.now();
  const player = new Player(trace);
  const opened = performance.now() - start;
  const places = [100_000, 0, 50_000, 99_999, 12, 77_777];
  const times = places.map(step => {
    const before = performance.now();
    const frame = player.seek(step);
    assert.equal(frame.outputs[0].id, step + 2);
    return performance.now() - before;
  });
  console.log(
    `100,000 steps: opened in ${opened.toFixed(0)} ms, a random seek ${Math.min(...times).toFixed(1)} ms`,
  );
  assert.ok(Math.min(...times) < opened / 4);
});

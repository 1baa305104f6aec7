import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTIONS } from '../src/core/actions';
import { Camera } from '../src/core/camera';
import { ancestryOf, duration, factsOf, nodeSentence, stepSentence, tableText } from '../src/core/describe';
import { cut, labelOf, shortDtype, typeText } from '../src/core/measure';
import { outlineRows } from '../src/core/outline';
import { parseQuery } from '../src/core/search';
import { Session } from '../src/core/session';
import { fixture } from './support';

const found = (session: Session, query: string): number[] => {
  session.search(query);
  return [...session.hits];
};

test('search: words, fields, ids, and all of them together', () => {
  const session = new Session(fixture());
  assert.deepEqual(found(session, 'op:mul'), [2, 4, 15]);
  assert.deepEqual(found(session, 'mul script'), [4]);
  assert.deepEqual(found(session, '#9'), [9]);
  assert.deepEqual(found(session, 'dtype:i8'), [3, 11]);
  assert.deepEqual(found(session, 'type:[?,'), [0, 2, 4, 5, 8, 9]);
  assert.deepEqual(found(session, 'line:6'), [11, 12, 13]);
  assert.deepEqual(found(session, 'OP:Log'), [9]);
  assert.deepEqual(found(session, '0.5'), [6]);
  assert.deepEqual(found(session, 'nothing'), []);
  assert.deepEqual(found(session, '   '), []);
});

test('search: numbers of tables, with units', () => {
  const session = new Session(fixture());
  session.seek(8);
  assert.deepEqual(found(session, 'time>1us'), [23]);
  assert.deepEqual(found(session, 'microseconds<=0.31'), [20, 24]);
  assert.deepEqual(found(session, 'time>1ms'), []);
  assert.deepEqual(found(session, 'ulp>4'), []);
  assert.equal(parseQuery('', []), null);
});

test('hits follow the step, and are walked round', () => {
  const session = new Session(fixture());
  session.search('op:mul');
  session.nextHit(1);
  assert.equal(session.selected, 2);
  session.nextHit(-1);
  assert.equal(session.selected, 15);
  session.nextHit(1);
  assert.equal(session.selected, 2);
  session.seek(4);
  assert.deepEqual([...session.hits], [2, 15, 18, 20]);
});

test('listeners hear of what changed, and only of that', () => {
  const session = new Session(fixture());
  const heard: string[] = [];
  session.on('step', () => heard.push(`step ${session.player.at}`));
  const off = session.on('selection', () => heard.push(`selection ${session.selected}`));
  session.select(9);
  session.select(9);
  session.seek(4);
  session.seek(4);
  session.seek(6);
  off();
  session.select(2);
  assert.deepEqual(heard, ['selection 9', 'step 4', 'step 6', 'selection null']);
});

test('what is not there cannot be selected, pinned or shown', () => {
  const session = new Session(fixture());
  session.select(21);
  session.pin(true);
  session.showTable('ulp');
  assert.deepEqual([session.selected, session.isPinned, session.overlay], [null, false, null]);
});

test('an overlay takes the place of the marks; then what is gone cannot be selected', () => {
  const session = new Session(fixture());
  session.seek(8);
  session.select(13);
  session.showTable('microseconds');
  assert.deepEqual([session.marks, session.showsStep, session.selected], [false, false, null]);
  session.showTable(null);
  assert.deepEqual([session.marks, session.showsStep], [true, true]);
});

test('the initial state of the trace is taken over', () => {
  const json = fixture();
  json['view'] = { step: 5, selected: 21 };
  const session = new Session(json);
  assert.deepEqual([session.player.at, session.selected], [5, 21]);
});

test('playback goes to the end and stops there', context => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const session = new Session(fixture());
  session.play(true);
  context.mock.timers.tick(1100 * 3);
  assert.deepEqual([session.player.at, session.isPlaying], [3, true]);
  context.mock.timers.tick(1100 * 20);
  assert.deepEqual([session.player.at, session.isPlaying], [8, false]);
  session.play(true);
  assert.equal(session.player.at, 0);
  session.dispose();
});

test('sentences for the screen reader', () => {
  const session = new Session(fixture());
  assert.equal(stepSentence(session.player), 'The graph as written: 17 nodes, 8 rewrites to come.');
  session.seek(5);
  assert.equal(
    stepSentence(session.player),
    'Rewrite 5 of 8, pass stabilize: log_of_one_plus, log(1 + x) becomes log1p(x). 1 node added, 3 removed, 1 edge rewired.',
  );
  assert.equal(
    nodeSentence(session, 21),
    'Node 21, log1p f64[?, 3], new: 1 operand, used by 1, cell 3, line 5.',
  );
  assert.match(nodeSentence(session, 9), /removed by this rewrite/);
});

test('a wrong rewrite is said so', () => {
  const json = fixture();
  json.steps[0]['verdict'] = 'wrong';
  const session = new Session(json);
  session.seek(1);
  assert.match(stepSentence(session.player), /The result is wrong\.$/);
});

test('a node knows the rewrites that led to it', () => {
  const session = new Session(fixture());
  session.seek(8);
  const chain = ancestryOf(session, 23).map(({ step, rule, id, from }) => [step, rule, id, from]);
  assert.deepEqual(chain, [
    [7, 'fuse', 23, [2, 22, 10]],
    [6, 'log1p_of_exp', 22, [21, 5]],
    [5, 'log_of_one_plus', 21, [9, 8]],
  ]);
  assert.deepEqual(ancestryOf(session, 0), []);
  const facts = factsOf(session, 23).map(({ name, value }) => `${name}: ${value}`);
  assert.deepEqual(facts, [
    'type: float64, f64',
    'built in: cell 3, line 5',
    'result: output 0',
    'microseconds: 41.5 µs',
  ]);
});

test('a chain of rewrites that leads in a circle ends', () => {
  const json = fixture();
  json.steps[5]['provenance'] = [[22, [21, 22]]];
  assert.equal(ancestryOf(new Session(json), 22).length, 2);
});

test('the outline shows every node once', () => {
  const session = new Session(fixture());
  const rows = outlineRows(
    session,
    new Map([
      [8, true],
      [5, true],
      [4, true],
      [2, true],
    ]),
  );
  assert.deepEqual(
    rows.slice(0, 3).map(({ id, level, label }) => [id, level, label]),
    [
      [10, 1, 'output 0'],
      [9, 2, ''],
      [8, 3, ''],
    ],
  );
  const opened = rows.filter(row => row.isOpen !== null).map(row => row.id);
  assert.equal(new Set(opened).size, opened.length);
  const closed = outlineRows(
    session,
    new Map([
      [10, false],
      [13, false],
      [16, false],
    ]),
  );
  assert.deepEqual(
    closed.map(row => [row.id, row.isOpen]),
    [
      [10, false],
      [13, false],
      [16, false],
    ],
  );
  assert.equal(outlineRows(session, new Map(), 2).length, 2);
});

test('numbers are short and have units', () => {
  const texts = [0.31, 5, 41.5, 999.7, 1240.5, 2.31e6].map(duration);
  assert.deepEqual(texts, ['310 ns', '5 µs', '41.5 µs', '1000 µs', '1.24 ms', '2.31 s']);
  const ulp = { name: 'ulp', step: 0, values: new Map<number, number>() };
  assert.deepEqual(
    [0, 3, 0.123456, 2.1e9, -4e-7].map(value => tableText(ulp, value)),
    ['0', '3', '0.123', '2.1e+9', '-4.0e-7'],
  );
});

test('labels', () => {
  const { nodes } = new Session(fixture()).trace;
  const texts = [0, 1, 3, 9].map(id => [labelOf(nodes[id]).title, labelOf(nodes[id]).subtitle]);
  assert.deepEqual(texts, [
    ['x', 'f64[?, 3]'],
    ['w', 'shared f64[3]'],
    ['1', 'i8'],
    ['log', 'f64[?, 3]'],
  ]);
  assert.equal(cut('abcdef', 4), 'abc…');
  assert.equal(cut('🙂🙂🙂', 3), '🙂🙂🙂');
  assert.deepEqual(['float32', 'bool', 'uint8', 'bfloat16', 'complex128'].map(shortDtype), [
    'f32',
    'bool',
    'u8',
    'bf16',
    'c128',
  ]);
  assert.equal(typeText({ dtype: 'int64', shape: [] }), 'i64');
});

test('no key has two actions, and each action is told', () => {
  const keys = ACTIONS.flatMap(action => action.keys);
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(new Set(ACTIONS.map(action => action.id)).size, ACTIONS.length);
  assert.ok(ACTIONS.every(action => action.label !== '' && action.keys.length > 0));
});

test('the camera: what is pointed at stays, what is asked for is in sight', () => {
  const camera = new Camera();
  camera.size = { width: 400, height: 300 };
  const point = { x: 100, y: 40 };
  const world = camera.toWorld(point);
  camera.zoom(2.5, point);
  assert.deepEqual(camera.toScreen(world), point);
  const bounds = { left: 0, top: 0, right: 2000, bottom: 500 };
  camera.view = camera.fitting(bounds);
  assert.ok(camera.holds(bounds, camera.view));
  const far = { left: 5000, top: 5000, right: 5100, bottom: 5040 };
  const view = camera.revealing(far, camera.view);
  assert.ok(camera.holds(far, view) && view.scale === camera.view.scale);
  assert.deepEqual(camera.revealing(far, view), view);
});

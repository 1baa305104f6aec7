/** Reads the JSON of a trace, version 1, into its records; every fault names its place. */

import { Reader } from './reader';
import {
  TraceError,
  type ArrayType,
  type Kernel,
  type NodeRecord,
  type Output,
  type Pass,
  type Rule,
  type SourceLine,
  type Step,
  type Table,
  type Trace,
  type Verdict,
} from './trace';
import { unpackNodes, unpackSteps } from './unpack';

export const VERSION = 1;
export const MIME_TYPE = 'application/vnd.symlab.trace.v1+json';

const VERDICTS: readonly Verdict[] = ['ok', 'worse', 'wrong'];

/** The tables into which the rest of a trace points. */
interface Interned {
  readonly strings: readonly string[];
  readonly types: readonly ArrayType[];
  readonly sources: readonly SourceLine[];
  readonly rules: readonly Rule[];
}

/** Decodes a trace; throws TraceError where the JSON is not one. */
export function parseTrace(json: unknown): Trace {
  const root = new Reader(json, '');
  const version = root.field('version').integer();
  if (version !== VERSION)
    throw new TraceError('version', `this viewer reads version ${VERSION}, not ${version}`);
  const strings = root.field('strings').list(cell => cell.text());
  const interned: Interned = {
    strings,
    types: root.field('types').list(row => readType(row, strings)),
    sources: root.field('sources').list(row => readSource(row, strings)),
    rules: root.field('rules').list(row => readRule(row, strings)),
  };
  const steps = unpacked(root.field('steps'), unpackSteps).list(step => readStep(step, interned));
  return {
    name: root.field('name').text(),
    mode: root.field('mode').text(),
    device: root.field('device').text(),
    nodes: unpacked(root.field('nodes'), unpackNodes).list(row => readNode(row, interned)),
    inputs: root.field('inputs').list(cell => cell.integer()),
    outputs: root.field('outputs').list(row => readOutput(row, strings)),
    passes: readPasses(root.field('passes'), strings, steps.length),
    steps,
    tables: readTables(root.field('tables')),
    kernels: orEmpty(root.field('kernels'), row => readKernel(row, strings)),
    view: readView(root.field('view'), steps.length),
  };
}

/** A list, whether it is written out or packed. */
function unpacked(list: Reader, unpack: (packed: string) => unknown[]): Reader {
  return list.isText ? list.changed(unpack(list.text())) : list;
}

function orEmpty<T>(list: Reader, read: (element: Reader) => T): T[] {
  return list.isMissing ? [] : list.list(read);
}

function readType(row: Reader, strings: readonly string[]): ArrayType {
  const [dtype, shape] = row.row(2);
  return {
    dtype: dtype.entry(strings, 'strings'),
    shape: shape.list(size => (size.isMissing ? null : size.integer())),
  };
}

function readSource(row: Reader, strings: readonly string[]): SourceLine {
  const [label, line, text] = row.row(3);
  return {
    label: label.entry(strings, 'strings'),
    line: line.integer(),
    text: text.optional(strings, 'strings'),
  };
}

function readRule(row: Reader, strings: readonly string[]): Rule {
  const [name, reason, formula, latex, assumptions] = row.row(5);
  return {
    name: name.entry(strings, 'strings'),
    reason: reason.entry(strings, 'strings'),
    formula: formula.entry(strings, 'strings'),
    latex: latex.optional(strings, 'strings'),
    assumptions: assumptions.list(cell => cell.entry(strings, 'strings')),
  };
}

function readNode(row: Reader, { strings, types, sources }: Interned): NodeRecord {
  const [id, op, inputs, type, source, scope, name, detail] = row.row(8);
  return {
    id: id.integer(),
    op: op.entry(strings, 'strings'),
    inputs: inputs.list(cell => cell.integer()),
    type: type.optional(types, 'types'),
    source: source.optional(sources, 'sources'),
    scope: scope.optional(strings, 'strings'),
    name: name.optional(strings, 'strings'),
    detail: detail.optional(strings, 'strings'),
  };
}

function readOutput(row: Reader, strings: readonly string[]): Output {
  const [label, id] = row.row(2);
  return { label: label.entry(strings, 'strings'), id: id.integer() };
}

function readPasses(list: Reader, strings: readonly string[], stepCount: number): Pass[] {
  let expected = 0;
  return list.list(row => {
    const [name, first, count, microseconds, before, after] = row.row(6);
    const pass: Pass = {
      name: name.entry(strings, 'strings'),
      first: first.integer(),
      count: count.integer(),
      microseconds: microseconds.number(),
      nodesBefore: before.integer(),
      nodesAfter: after.integer(),
    };
    if (pass.first !== expected) first.fail(`${expected}, where the pass before it ends`);
    expected += pass.count;
    if (expected > stepCount) count.fail(`at most ${stepCount - pass.first}, the steps that are left`);
    return pass;
  });
}

function readStep(step: Reader, interned: Interned): Step {
  const { strings } = interned;
  return {
    rule: step.field('rule').entry(interned.rules, 'rules'),
    at: step.field('at').integer(),
    by: step.field('by').integer(),
    added: step.field('add').list(row => readNode(row, interned)),
    deleted: step.field('del').list(cell => cell.integer()),
    rewired: step.field('rewired').list(row => {
      const [node, slot, input] = row.row(3);
      return { node: node.integer(), slot: slot.integer(), input: input.integer() };
    }),
    outputs: step.field('outputs').list(row => {
      const [position, id] = row.row(2);
      return { position: position.integer(), id: id.integer() };
    }),
    bindings: step.field('bindings').list(row => {
      const [variable, id] = row.row(2);
      return { variable: variable.entry(strings, 'strings'), id: id.integer() };
    }),
    provenance: step.field('provenance').list(row => {
      const [id, from] = row.row(2);
      return { id: id.integer(), from: from.list(cell => cell.integer()) };
    }),
    microseconds: step.field('us').number(),
    verdict: readVerdict(step.field('verdict')),
  };
}

function readVerdict(cell: Reader): Verdict | null {
  if (cell.isMissing) return null;
  const text = cell.text();
  return VERDICTS.find(verdict => verdict === text) ?? cell.fail(`null or one of ${VERDICTS.join(', ')}`);
}

function readTables(object: Reader): Table[] {
  if (object.isMissing) return [];
  return object.names().map(name => {
    const table = object.field(name);
    const values = table.field('values');
    const pairs = values
      .names()
      .map((id): [number, number] => [nodeId(id, values), values.field(id).number()]);
    return { name, step: table.field('step').integer(), values: new Map(pairs) };
  });
}

function nodeId(text: string, values: Reader): number {
  return /^\d+$/.test(text) ? Number(text) : values.fail('ids of nodes as names');
}

function readKernel(row: Reader, strings: readonly string[]): Kernel {
  const [name, nodes, source] = row.row(3);
  return {
    name: name.entry(strings, 'strings'),
    nodes: nodes.list(cell => cell.integer()),
    source: source.optional(strings, 'strings'),
  };
}

function readView(view: Reader, stepCount: number): Trace['view'] {
  if (view.isMissing) return { step: 0, selected: null };
  const selected = view.field('selected');
  return {
    step: Math.min(view.field('step').integer(), stepCount),
    selected: selected.isMissing ? null : selected.integer(),
  };
}

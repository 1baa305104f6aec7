/**
 * When each node lived, and what it read when.
 *
 * Ids are never used again, so a node has one birth, at most one death, and a list of rewirings. With these the graph
 * after any number of steps is read off at once: no snapshots, no replay, the same cost in both directions.
 */

import { TraceError, type NodeRecord, type Output, type Rewire, type Step, type Trace } from './trace';

const NEVER = 0x7fffffff;

interface Rewiring extends Rewire {
  readonly step: number;
}

/** A change of one output, numbered by the step after which it holds. */
interface OutputChange {
  readonly step: number;
  readonly position: number;
  readonly id: number;
}

export class History {
  /** Every node that ever was: the written ones, then the added ones in order. */
  readonly records: NodeRecord[] = [];
  private readonly place = new Map<number, number>();
  private readonly born: number[] = [];
  private readonly died: number[] = [];
  private readonly rewirings = new Map<number, Rewiring[]>();
  private readonly outputChanges: OutputChange[] = [];
  private readonly origins = new Map<number, readonly number[]>();

  constructor(private readonly trace: Trace) {
    const ledger = new Ledger(trace.outputs);
    trace.nodes.forEach((record, index) => this.add(record, 0, `nodes[${index}]`));
    this.connect(trace.nodes, ledger, 'nodes');
    trace.inputs.forEach((id, index) => this.require(id, `inputs[${index}]`));
    trace.outputs.forEach(({ id }, index) => this.require(id, `outputs[${index}]`));
    trace.steps.forEach((step, index) => this.apply(step, index + 1, ledger));
  }

  /** Whether an id was ever a node's. */
  has(id: number): boolean {
    return this.place.has(id);
  }

  record(id: number): NodeRecord {
    return this.records[this.place.get(id)!];
  }

  /** Number of the step that made a node; 0 for those that the user wrote. */
  birth(id: number): number {
    return this.born[this.place.get(id)!];
  }

  /** Number of the step that removed a node, or null. */
  death(id: number): number | null {
    const step = this.died[this.place.get(id)!];
    return step === NEVER ? null : step;
  }

  isAlive(id: number, step: number): boolean {
    const place = this.place.get(id);
    return place !== undefined && this.born[place] <= step && step < this.died[place];
  }

  /** The nodes after `step` steps, and also those that the last of these steps removed. */
  present(step: number): NodeRecord[] {
    const { born, died } = this;
    return this.records.filter(
      (_, place) => born[place] <= step && step <= died[place] && born[place] < died[place],
    );
  }

  /** The operands of a node after `step` steps. */
  inputsAt(id: number, step: number): readonly number[] {
    const written = this.record(id).inputs;
    const rewirings = this.rewirings.get(id);
    if (!rewirings) return written;
    const inputs = written.slice();
    for (const rewiring of rewirings) {
      if (rewiring.step > step) break;
      inputs[rewiring.slot] = rewiring.input;
    }
    return inputs;
  }

  outputsAt(step: number): Output[] {
    const outputs = this.trace.outputs.slice();
    for (const change of this.outputChanges) {
      if (change.step > step) break;
      outputs[change.position] = { label: outputs[change.position].label, id: change.id };
    }
    return outputs;
  }

  /** The older nodes from which a rewrite made a node; empty for written ones. */
  madeFrom(id: number): readonly number[] {
    return this.origins.get(id) ?? [];
  }

  private add(record: NodeRecord, step: number, where: string): void {
    if (this.place.has(record.id)) throw new TraceError(where, `node ${record.id} was there before`);
    this.place.set(record.id, this.records.length);
    this.records.push(record);
    this.born.push(step);
    this.died.push(NEVER);
  }

  private require(id: number, where: string): void {
    const place = this.place.get(id);
    if (place === undefined) throw new TraceError(where, `there is no node ${id}`);
    if (this.died[place] !== NEVER)
      throw new TraceError(where, `node ${id} is gone since step ${this.died[place]}`);
  }

  private connect(records: readonly NodeRecord[], ledger: Ledger, where: string): void {
    records.forEach((record, index) => {
      for (const id of record.inputs) this.require(id, `${where}[${index}]`);
      ledger.hold(record.inputs);
    });
  }

  private apply(step: Step, number: number, ledger: Ledger): void {
    const where = `steps[${number - 1}]`;
    step.bindings.forEach(({ id }, index) => this.require(id, `${where}.bindings[${index}]`));
    this.require(step.at, `${where}.at`);
    step.added.forEach((record, index) => this.add(record, number, `${where}.add[${index}]`));
    this.connect(step.added, ledger, `${where}.add`);
    step.rewired.forEach((rewire, index) =>
      this.rewire(rewire, number, ledger, `${where}.rewired[${index}]`),
    );
    step.outputs.forEach((change, index) =>
      this.redirect(change, number, ledger, `${where}.outputs[${index}]`),
    );
    step.deleted.forEach((id, index) => this.remove(id, number, ledger, `${where}.del[${index}]`));
    for (const id of step.deleted) {
      if (ledger.count(id)) throw new TraceError(`${where}.del`, `node ${id} is removed but still read`);
    }
    this.require(step.by, `${where}.by`);
    for (const { id, from } of step.provenance) this.origins.set(id, from);
  }

  private rewire(rewire: Rewire, step: number, ledger: Ledger, where: string): void {
    this.require(rewire.node, where);
    this.require(rewire.input, where);
    const inputs = ledger.inputsOf(this.record(rewire.node));
    if (rewire.slot >= inputs.length) {
      throw new TraceError(
        where,
        `node ${rewire.node} has ${inputs.length} operands and no slot ${rewire.slot}`,
      );
    }
    ledger.move(inputs, rewire.slot, rewire.input);
    const known = this.rewirings.get(rewire.node);
    if (known) known.push({ ...rewire, step });
    else this.rewirings.set(rewire.node, [{ ...rewire, step }]);
  }

  private redirect(change: Step['outputs'][number], step: number, ledger: Ledger, where: string): void {
    this.require(change.id, where);
    if (change.position >= ledger.outputs.length)
      throw new TraceError(where, `there is no output ${change.position}`);
    ledger.move(ledger.outputs, change.position, change.id);
    this.outputChanges.push({ step, ...change });
  }

  private remove(id: number, step: number, ledger: Ledger, where: string): void {
    this.require(id, where);
    ledger.release(ledger.inputsOf(this.record(id)));
    this.died[this.place.get(id)!] = step;
  }
}

/** The graph as it stands while the steps are read: current operands and outputs, and how often each node is used. */
class Ledger {
  readonly outputs: number[];
  private readonly counts = new Map<number, number>();
  private readonly changed = new Map<number, number[]>();

  constructor(outputs: readonly Output[]) {
    this.outputs = outputs.map(output => output.id);
    this.hold(this.outputs);
  }

  /** The current operands of a node, as a list that may be changed. */
  inputsOf(record: NodeRecord): number[] {
    let inputs = this.changed.get(record.id);
    if (!inputs) this.changed.set(record.id, (inputs = record.inputs.slice()));
    return inputs;
  }

  hold(ids: readonly number[]): void {
    for (const id of ids) this.counts.set(id, this.count(id) + 1);
  }

  release(ids: readonly number[]): void {
    for (const id of ids) this.counts.set(id, this.count(id) - 1);
  }

  /** Lets one place of a list refer to another node. */
  move(list: number[], place: number, id: number): void {
    this.release([list[place]]);
    this.hold([id]);
    list[place] = id;
  }

  count(id: number): number {
    return this.counts.get(id) ?? 0;
  }
}

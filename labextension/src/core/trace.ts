/** The records of a trace, decoded: what a compilation did to a graph, step by step. */

export interface ArrayType {
  readonly dtype: string;
  /** One entry an axis; null where the size is not known before the call. */
  readonly shape: readonly (number | null)[];
}

export interface SourceLine {
  /** A file's name, or the label of a notebook's cell. */
  readonly label: string;
  readonly line: number;
  /** The text of the line, or null when only names were recorded. */
  readonly text: string | null;
}

export interface NodeRecord {
  readonly id: number;
  /** "input", "shared", "constant", or the name of an operation. */
  readonly op: string;
  /** The operands as they were when the node was made; see History.inputsAt for later steps. */
  readonly inputs: readonly number[];
  readonly type: ArrayType | null;
  readonly source: SourceLine | null;
  readonly scope: string | null;
  readonly name: string | null;
  /** Attributes, or the value of a constant, as text. */
  readonly detail: string | null;
}

export interface Rule {
  readonly name: string;
  readonly reason: string;
  /** For example "log(1 + x) -> log1p(x)". */
  readonly formula: string;
  readonly latex: string | null;
  readonly assumptions: readonly string[];
}

export interface Pass {
  readonly name: string;
  /** How many steps were made before this pass. */
  readonly first: number;
  readonly count: number;
  readonly microseconds: number;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
}

export interface Rewire {
  readonly node: number;
  readonly slot: number;
  readonly input: number;
}

export interface Binding {
  readonly variable: string;
  readonly id: number;
}

export interface Provenance {
  readonly id: number;
  readonly from: readonly number[];
}

export type Verdict = 'ok' | 'worse' | 'wrong';

/** One rewrite. Its changes apply in the order: added, rewired, outputs, deleted. */
export interface Step {
  readonly rule: Rule;
  /** The node that was replaced, and the one that stands for it now. */
  readonly at: number;
  readonly by: number;
  readonly added: readonly NodeRecord[];
  readonly deleted: readonly number[];
  readonly rewired: readonly Rewire[];
  readonly outputs: readonly { readonly position: number; readonly id: number }[];
  /** Pattern variables and the nodes of the graph before the step that they stood for. */
  readonly bindings: readonly Binding[];
  readonly provenance: readonly Provenance[];
  readonly microseconds: number;
  readonly verdict: Verdict | null;
}

export interface Output {
  readonly label: string;
  readonly id: number;
}

/** Numbers measured on the nodes of one graph, for example microseconds on the final one. */
export interface Table {
  readonly name: string;
  readonly step: number;
  readonly values: ReadonlyMap<number, number>;
}

export interface Kernel {
  readonly name: string;
  readonly nodes: readonly number[];
  readonly source: string | null;
}

export interface Trace {
  readonly name: string;
  readonly mode: string;
  readonly device: string;
  /** The graph as written. */
  readonly nodes: readonly NodeRecord[];
  readonly inputs: readonly number[];
  readonly outputs: readonly Output[];
  readonly passes: readonly Pass[];
  readonly steps: readonly Step[];
  readonly tables: readonly Table[];
  readonly kernels: readonly Kernel[];
  readonly view: { readonly step: number; readonly selected: number | null };
}

/** What is wrong with a trace, and where in it. */
export class TraceError extends Error {
  constructor(
    readonly where: string,
    what: string,
  ) {
    super(`this trace cannot be shown: ${where}: ${what}`);
    this.name = 'TraceError';
  }
}

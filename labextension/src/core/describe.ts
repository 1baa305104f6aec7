/** Sentences and facts about steps and nodes: what the panel, the card and the screen reader say. */

import { labelOf, typeText } from './measure';
import type { Player } from './player';
import type { Session } from './session';
import type { Rule, SourceLine, Step, Table } from './trace';

/** 1234 as "1.23 ms". */
export function duration(microseconds: number): string {
  if (microseconds < 1) return `${Math.round(microseconds * 1000)} ns`;
  const [value, unit] =
    microseconds < 1e3
      ? [microseconds, 'µs']
      : microseconds < 1e6
        ? [microseconds / 1e3, 'ms']
        : [microseconds / 1e6, 's'];
  return `${significant(value)} ${unit}`;
}

function significant(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** A number of a table with its unit, as short as it can be. */
export function tableText(table: Table, value: number): string {
  if (table.name === 'microseconds') return duration(value);
  return Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-3)
    ? value.toExponential(1)
    : significantOf(value);
}

function significantOf(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** "log(1 + x) -> log1p(x)" in words for a screen reader. */
function spokenFormula(rule: Rule): string {
  return rule.formula.replaceAll('->', 'becomes');
}

/** What a step did, as one sentence. */
export function stepSentence(player: Player): string {
  const { step, at, last, frame } = player;
  if (!step)
    return last
      ? `The graph as written: ${counted(frame.alive, 'node')}, ${counted(last, 'rewrite')} to come.`
      : `The graph as written: ${counted(frame.alive, 'node')}.`;
  const pass = player.passOf(at);
  const changes = changesOf(step);
  const verdict = step.verdict && step.verdict !== 'ok' ? ` The result is ${step.verdict}.` : '';
  const place = `Rewrite ${at} of ${last}${pass ? `, pass ${pass.name}` : ''}`;
  return `${place}: ${step.rule.name}, ${spokenFormula(step.rule)}. ${changes}.${verdict}`;
}

/** "1 node added, 3 removed, 1 edge rewired" */
export function changesOf(step: Step): string {
  const added = `${counted(step.added.length, 'node')} added`;
  const rewired = step.rewired.length ? `, ${counted(step.rewired.length, 'edge')} rewired` : '';
  return `${added}, ${step.deleted.length} removed${rewired}`;
}

export function sourceText(source: SourceLine): string {
  return `${source.label}, line ${source.line}`;
}

/** A node's number and what its box says, for lists and buttons. */
export function shortName(session: Session, id: number): string {
  return `#${id} ${labelOf(session.record(id)).title}`;
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** What there is to say about a node, most important first. */
export function factsOf(session: Session, id: number): Fact[] {
  const record = session.record(id);
  const facts: (Fact | null)[] = [
    record.name === null ? null : { name: 'name', value: record.name },
    record.type && { name: 'type', value: `${record.type.dtype}, ${typeText(record.type)}` },
    record.detail === null
      ? null
      : { name: record.op === 'constant' ? 'value' : 'detail', value: record.detail },
    record.scope === null ? null : { name: 'scope', value: record.scope },
    record.source && { name: 'built in', value: sourceText(record.source) },
    ...outputsAt(session, id).map(label => ({ name: 'result', value: label })),
    ...tableFacts(session, id),
  ];
  return facts.filter(fact => fact !== null);
}

function outputsAt(session: Session, id: number): string[] {
  return session.frame.outputs.filter(output => output.id === id).map(output => output.label);
}

function tableFacts(session: Session, id: number): Fact[] {
  return session.trace.tables.flatMap(table => {
    const value = table.values.get(id);
    return value === undefined ? [] : [{ name: table.name, value: tableText(table, value) }];
  });
}

/** One rewrite in the chain that led to a node. */
export interface Ancestry {
  readonly step: number;
  readonly rule: string;
  /** What the rewrite made, and the older nodes from which it made it. */
  readonly id: number;
  readonly from: readonly number[];
}

/** The rewrites that led to a node, the last one first. */
export function ancestryOf(session: Session, id: number, longest = 12): Ancestry[] {
  const { history } = session.player;
  const chain: Ancestry[] = [];
  const seen = new Set<number>();
  for (const queue = [id]; queue.length && chain.length < longest;) {
    const next = queue.shift()!;
    if (seen.has(next) || !history.has(next)) continue;
    seen.add(next);
    const step = history.birth(next);
    if (step === 0) continue;
    const from = history.madeFrom(next).filter(old => history.has(old));
    chain.push({ step, rule: session.trace.steps[step - 1].rule.name, id: next, from });
    queue.push(...from);
  }
  return chain.sort((a, b) => b.step - a.step);
}

/** One line about a node for the live region. */
export function nodeSentence(session: Session, id: number): string {
  const node = session.frame.nodes.get(id)!;
  const { title, subtitle } = labelOf(node.record);
  const change = node.change === 'new' ? ', new' : node.change === 'gone' ? ', removed by this rewrite' : '';
  const reads = counted(node.inputs.length, 'operand');
  const source = node.record.source ? `, ${sourceText(node.record.source)}` : '';
  return `Node ${id}, ${title} ${subtitle}${change}: ${reads}, used by ${node.users.length}${source}.`;
}

/** The search box's little language: words, `field:value` and `table>number`, all of which must hold. */

import { shortDtype, typeText } from './measure';
import type { NodeRecord, Table } from './trace';

export type Predicate = (record: NodeRecord) => boolean;

/** Names under which tables may be asked for. */
const TABLE_NAMES: Readonly<Record<string, string>> = { time: 'microseconds', us: 'microseconds' };
const UNITS: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1e3, s: 1e6 };

/** What a query asks of a node; null for a query without words. */
export function parseQuery(query: string, tables: readonly Table[]): Predicate | null {
  const terms = query.split(/\s+/).filter(term => term !== '');
  if (!terms.length) return null;
  const predicates = terms.map(term => parseTerm(term, tables));
  return record => predicates.every(holds => holds(record));
}

function parseTerm(term: string, tables: readonly Table[]): Predicate {
  return comparison(term, tables) ?? fieldTest(term) ?? idTest(term) ?? wordTest(term);
}

function comparison(term: string, tables: readonly Table[]): Predicate | null {
  const match = /^([\p{L}_]+)(>=|<=|>|<)([\d.]+(?:e-?\d+)?)([a-z\u00b5]*)$/iu.exec(term);
  if (!match) return null;
  const [, asked, sign, digits, unit] = match;
  const name = TABLE_NAMES[asked.toLowerCase()] ?? asked;
  const table = tables.find(table => table.name.toLowerCase() === name.toLowerCase());
  const limit = Number(digits) * (UNITS[unit] ?? 1);
  const compare = COMPARISONS[sign];
  return record => {
    const value = table?.values.get(record.id);
    return value !== undefined && compare(value, limit);
  };
}

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
};

const FIELDS: Readonly<Record<string, (record: NodeRecord) => readonly string[]>> = {
  op: record => [record.op],
  name: record => [record.name ?? ''],
  dtype: record => (record.type ? [record.type.dtype, shortDtype(record.type.dtype)] : []),
  type: record => (record.type ? [typeText(record.type)] : []),
  scope: record => [record.scope ?? ''],
  detail: record => [record.detail ?? ''],
  source: record => [`${record.source?.label ?? ''} ${record.source?.text ?? ''}`],
  line: record => [String(record.source?.line ?? '')],
};

/** `op:dot` holds for "dot" and "batched_dot"; letters' case does not matter. */
function fieldTest(term: string): Predicate | null {
  const colon = term.indexOf(':');
  const read = FIELDS[term.slice(0, Math.max(0, colon)).toLowerCase()];
  if (!read) return null;
  const wanted = term.slice(colon + 1).toLowerCase();
  return record => read(record).some(text => text.toLowerCase().includes(wanted));
}

function idTest(term: string): Predicate | null {
  return /^#\d+$/.test(term) ? record => record.id === Number(term.slice(1)) : null;
}

function wordTest(term: string): Predicate {
  const wanted = term.toLowerCase();
  return record =>
    [record.op, record.name, record.detail, record.scope].some(text => text?.toLowerCase().includes(wanted));
}

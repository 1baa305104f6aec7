/** What a node's box says, and how large it is; by counting letters, so that every language and machine agrees. */

import type { Box } from './layout';
import type { ArrayType, NodeRecord } from './trace';

export const TITLE_WIDTH = 7.3;
export const SUBTITLE_WIDTH = 6.1;
export const BOX_HEIGHT = 38;
const PADDING = 22;
const LONGEST_TITLE = 26;
const LONGEST_SUBTITLE = 30;
const NARROWEST = 56;

export interface Label extends Box {
  readonly title: string;
  readonly subtitle: string;
}

const LEAVES = new Set(['input', 'shared', 'constant']);

export function isLeaf(record: NodeRecord): boolean {
  return LEAVES.has(record.op);
}

export function isKernel(record: NodeRecord): boolean {
  return record.op.startsWith('kernel');
}

/** Title, subtitle and size of a node's box. */
export function labelOf(record: NodeRecord): Label {
  const title = cut(titleOf(record), LONGEST_TITLE);
  const subtitle = cut(subtitleOf(record), LONGEST_SUBTITLE);
  const text = Math.max(TITLE_WIDTH * lengthOf(title), SUBTITLE_WIDTH * lengthOf(subtitle));
  return { title, subtitle, width: Math.max(NARROWEST, text + PADDING), height: BOX_HEIGHT };
}

function titleOf(record: NodeRecord): string {
  if (record.op === 'constant') return record.detail ?? record.name ?? record.op;
  return isLeaf(record) ? (record.name ?? record.op) : record.op;
}

function subtitleOf(record: NodeRecord): string {
  const type = record.type ? typeText(record.type) : '';
  if (record.op === 'shared') return `shared ${type}`.trim();
  const name = isLeaf(record) ? null : record.name;
  return name ? `${name}: ${type}` : type;
}

const SHORT_KINDS: Readonly<Record<string, string>> = {
  float: 'f',
  int: 'i',
  uint: 'u',
  complex: 'c',
  bfloat: 'bf',
};

/** "float64" as "f64"; names without a number stay. */
export function shortDtype(dtype: string): string {
  const match = /^(float|int|uint|complex|bfloat)(\d+)$/.exec(dtype);
  return match ? SHORT_KINDS[match[1]] + match[2] : dtype;
}

/** For example "f64[64, ?]"; a question mark where the size is not known before the call. */
export function typeText(type: ArrayType): string {
  if (!type.shape.length) return shortDtype(type.dtype);
  return `${shortDtype(type.dtype)}[${type.shape.map(size => size ?? '?').join(', ')}]`;
}

/** Cuts a text to a number of letters (code points), with an ellipsis. */
export function cut(text: string, longest: number): string {
  const letters = [...text];
  return letters.length <= longest ? text : `${letters.slice(0, longest - 1).join('')}…`;
}

function lengthOf(text: string): number {
  return [...text].length;
}

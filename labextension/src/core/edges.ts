/** Paints the edges: one path for each style, straight lines from afar, stubs for jumps. */

import type { Place } from './arrangement';
import type { Bounds } from './camera';
import type { Point } from './layout';
import { cut } from './measure';
import type { EdgeRef, EdgeStyle, Scene } from './scene';

/** Below this scale an edge is a straight line. */
const PLAIN = 0.2;
/** From this scale on stubs carry names. */
const NAMED = 0.6;
const STUB = 13;

type Context = CanvasRenderingContext2D;

interface Stroke {
  readonly colour: string;
  readonly width: number;
  readonly alpha: number;
  readonly dash: readonly number[];
}

export function paintEdges(context: Context, scene: Scene, window: Bounds): void {
  const { edges, styles } = scene;
  const { marks } = scene.session;
  for (const style of styles) strokeEdges(context, scene, window, edges[style], marks ? style : 'kept');
  const { selected, hovered } = scene.session;
  if (selected === null && hovered === null) return;
  const isNear = ({ from, to }: EdgeRef): boolean =>
    from === selected || to === selected || from === hovered || to === hovered;
  for (const style of styles) strokeEdges(context, scene, window, edges[style].filter(isNear), 'near', style);
}

function strokeEdges(
  context: Context,
  scene: Scene,
  window: Bounds,
  edges: readonly EdgeRef[],
  style: EdgeStyle,
  origin: EdgeStyle = style,
): void {
  if (!edges.length) return;
  const { colour, width, alpha, dash } = strokeOf(scene, style, origin);
  context.strokeStyle = colour;
  context.lineWidth = width / Math.min(1, Math.max(scene.camera.view.scale, 0.25));
  context.globalAlpha = alpha;
  context.setLineDash([...dash]);
  context.beginPath();
  for (const edge of edges) traceEdge(context, scene, window, edge, style === 'near');
  context.stroke();
  context.setLineDash([]);
  if (scene.camera.view.scale >= NAMED && style !== 'near') nameStubs(context, scene, window, edges, colour);
  context.globalAlpha = 1;
}

function strokeOf({ theme, dims }: Scene, style: EdgeStyle, origin: EdgeStyle): Stroke {
  switch (style) {
    case 'kept':
      return { colour: theme.edge, width: 1.1, alpha: dims ? theme.faint : 0.9, dash: [] };
    case 'new':
      return { colour: theme.added, width: 1.6, alpha: 1, dash: [] };
    case 'gone':
      return { colour: theme.removed, width: 1.3, alpha: 0.9, dash: [5, 4] };
    case 'rewired':
      return { colour: theme.rewired, width: 2.4, alpha: 1, dash: [] };
    case 'near':
      return { colour: theme.accent, width: 1.8, alpha: 1, dash: origin === 'gone' ? [5, 4] : [] };
  }
}

/** Where an edge arrives: operands stand from left to right along the top of the box. */
function port(to: Place, slot: number, count: number): Point {
  const inner = to.width - 16;
  return { x: to.x - inner / 2 + (inner * (slot + 1)) / (count + 1), y: to.y - to.height / 2 };
}

function traceEdge(context: Context, scene: Scene, window: Bounds, edge: EdgeRef, inFull: boolean): void {
  const from = scene.motion.place(edge.from);
  const to = scene.motion.place(edge.to);
  if (!from || !to || isOutside(from, to, window)) return;
  const count = scene.session.frame.nodes.get(edge.to)!.inputs.length;
  const end = port(to, edge.slot, count);
  const start = { x: from.x, y: from.y + from.height / 2 };
  if (edge.jumps && !inFull) traceStubs(context, start, end, scene.camera.view.scale);
  else if (scene.camera.view.scale < PLAIN) traceLine(context, start, end);
  else traceCurve(context, start, edge.jumps ? [] : bendsOf(scene, edge), end);
}

function bendsOf({ motion }: Scene, { from, to }: EdgeRef): readonly Point[] {
  return motion.bends(from).slice(0, motion.span(from, to) - 1);
}

function isOutside(from: Place, to: Place, window: Bounds): boolean {
  const slack = 200;
  return (
    Math.max(from.y, to.y) < window.top ||
    Math.min(from.y, to.y) > window.bottom ||
    Math.max(from.x, to.x) + slack < window.left ||
    Math.min(from.x, to.x) - slack > window.right
  );
}

function traceLine(context: Context, start: Point, end: Point): void {
  context.moveTo(start.x, start.y);
  context.lineTo(end.x, end.y);
}

/** A smooth line that leaves and arrives vertically and passes its bends vertically. */
function traceCurve(context: Context, start: Point, bends: readonly Point[], end: Point): void {
  context.moveTo(start.x, start.y);
  let last = start;
  for (const next of [...bends, end]) {
    const half = Math.max(14, (next.y - last.y) / 2);
    if (last.x === next.x) context.lineTo(next.x, next.y);
    else context.bezierCurveTo(last.x, last.y + half, next.x, next.y - half, next.x, next.y);
    last = next;
  }
}

function traceStubs(context: Context, start: Point, end: Point, scale: number): void {
  if (scale < PLAIN) return;
  context.moveTo(start.x, start.y);
  context.lineTo(start.x, start.y + STUB);
  context.moveTo(end.x, end.y);
  context.lineTo(end.x, end.y - STUB + 3);
  context.moveTo(end.x + 3, end.y - STUB);
  context.arc(end.x, end.y - STUB, 3, 0, 2 * Math.PI);
}

/** Says at each end of a jump where the other one is; several jumps from one node share a line. */
function nameStubs(
  context: Context,
  scene: Scene,
  window: Bounds,
  edges: readonly EdgeRef[],
  colour: string,
): void {
  const outgoing = new Map<number, number[]>();
  const { motion, session } = scene;
  context.fillStyle = colour;
  context.font = `9.5px ${scene.theme.mono}`;
  for (const edge of edges) {
    if (!edge.jumps) continue;
    outgoing.set(edge.from, [...(outgoing.get(edge.from) ?? []), edge.to]);
    const to = motion.place(edge.to);
    const from = motion.place(edge.from);
    const operands = session.frame.nodes.get(edge.to)!.inputs.length;
    if (!to || !from || operands > 3 || isOutside(to, to, window)) continue;
    const end = port(to, edge.slot, operands);
    context.textAlign = edge.slot + 1 > operands / 2 ? 'left' : 'right';
    const gap = context.textAlign === 'left' ? 6 : -6;
    context.fillText(cut(from.title, 12), end.x + gap, end.y - STUB);
  }
  context.textAlign = 'left';
  for (const [id, users] of outgoing) {
    const from = motion.place(id)!;
    if (isOutside(from, from, window)) continue;
    const first = motion.place(users[0]);
    const text = users.length === 1 && first ? `to ${cut(first.title, 12)}` : `to ${users.length} nodes`;
    context.fillText(text, from.x + 5, from.y + from.height / 2 + STUB - 2);
  }
}

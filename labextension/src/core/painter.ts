/** Paints a scene: edges below, nodes above, with fewer details from afar. */

import type { Place } from './arrangement';
import type { Bounds } from './camera';
import { tableText } from './describe';
import { paintEdges } from './edges';
import { isKernel } from './measure';
import type { Change } from './player';
import type { Scene } from './scene';
import type { Theme } from './theme';
import type { NodeRecord } from './trace';

/** Below this scale nodes are plain rectangles; from the next one on they carry titles, and then all of their text. */
const PLAIN = 0.16;
const TITLED = 0.34;
const WORDED = 0.5;
/** From farther away than this a ring shows where a step happened. */
const LOCATED = 0.3;

/** Words that stand back can still be read: 4.5 to 1 against the background. */
const FAINT_TEXT = 0.66;

type Context = CanvasRenderingContext2D;

interface Drawn {
  readonly id: number;
  readonly record: NodeRecord;
  readonly change: Change;
  readonly place: Place;
}

/** Paints everything that is in sight onto a canvas of `ratio` device pixels a pixel. */
export function paint(context: Context, scene: Scene, ratio: number): void {
  const { camera, theme } = scene;
  const { scale, x, y } = camera.view;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, camera.size.width, camera.size.height);
  context.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * x, ratio * y);
  context.textBaseline = 'middle';
  const window = camera.window;
  paintEdges(context, scene, window);
  const drawn = nodesIn(scene, window);
  if (scale < PLAIN) paintPlain(context, scene, drawn);
  else for (const item of drawn) paintNode(context, scene, item);
  if (scale < LOCATED) paintRings(context, scene, drawn);
}

function nodesIn(scene: Scene, window: Bounds): Drawn[] {
  const drawn: Drawn[] = [];
  for (const [id, node] of scene.session.frame.nodes) {
    const place = scene.motion.place(id);
    const change = scene.changeOf(node);
    if (!place || !change) continue;
    const { x, y, width, height } = place;
    const isSeen = x + width > window.left && x - width < window.right;
    if (isSeen && y + height > window.top && y - height < window.bottom)
      drawn.push({ id, record: node.record, change, place });
  }
  return drawn;
}

/** Rectangles from afar, one path for each colour. */
function paintPlain(context: Context, scene: Scene, drawn: readonly Drawn[]): void {
  const groups = new Map<string, Drawn[]>();
  for (const item of drawn) {
    const colour = plainColour(scene, item);
    const group = groups.get(colour);
    if (group) group.push(item);
    else groups.set(colour, [item]);
  }
  for (const [colour, group] of groups) {
    context.fillStyle = colour;
    context.beginPath();
    for (const { place } of group) {
      context.rect(place.x - place.width / 2, place.y - place.height / 2, place.width, place.height);
    }
    context.fill();
  }
}

function plainColour({ session, theme, shades }: Scene, { id, record, change }: Drawn): string {
  if (id === session.selected) return theme.accent;
  if (change === 'new') return theme.added;
  if (change === 'gone') return theme.removed;
  return shades?.get(id)?.fill ?? (isKernel(record) ? theme.kernel : theme.outline);
}

/** Rings of constant size around what a step touched, so that it is found from afar. */
function paintRings(context: Context, scene: Scene, drawn: readonly Drawn[]): void {
  const { scale } = scene.camera.view;
  const { session, theme } = scene;
  for (const { id, change, place } of drawn) {
    const changed = change === 'new' ? theme.added : change === 'gone' ? theme.removed : null;
    const colour =
      id === session.selected ? theme.accent : (changed ?? (session.hits.has(id) ? theme.hit : null));
    if (!colour) continue;
    context.strokeStyle = colour;
    context.lineWidth = 1.5 / scale;
    context.setLineDash(change === 'gone' ? [4 / scale, 3 / scale] : []);
    context.beginPath();
    context.arc(place.x, place.y, (id === session.selected ? 11 : 8) / scale, 0, 2 * Math.PI);
    context.stroke();
  }
  context.setLineDash([]);
}

function paintNode(context: Context, scene: Scene, drawn: Drawn): void {
  const { id, change } = drawn;
  const isFaint = scene.dims && !scene.standsOut(id);
  const alpha = isFaint ? scene.theme.faint : 1;
  context.globalAlpha = change === 'new' ? alpha * (0.25 + 0.75 * scene.motion.progress) : alpha;
  paintBox(context, scene, drawn);
  if (isFaint) context.globalAlpha = Math.max(scene.theme.faint, FAINT_TEXT);
  if (scene.camera.view.scale >= TITLED) paintText(context, scene, drawn, isFaint);
  context.globalAlpha = alpha;
  paintMarks(context, scene, drawn);
  context.globalAlpha = 1;
}

/** The outline of a box: pills for leaves, sharp corners for constants, round ones for operations. */
function traceBox(context: Context, { op }: NodeRecord, place: Place, grow = 0): void {
  const width = place.width + 2 * grow;
  const height = place.height + 2 * grow;
  const radius = op === 'constant' ? 1 : op === 'input' || op === 'shared' ? height / 2 : 8 + grow;
  context.beginPath();
  context.roundRect(place.x - width / 2, place.y - height / 2, width, height, radius);
}

function paintBox(context: Context, scene: Scene, { id, record, change, place }: Drawn): void {
  const { theme, session } = scene;
  const shade = scene.shades?.get(id);
  traceBox(context, record, place);
  context.fillStyle = change === 'gone' ? theme.background : (shade?.fill ?? fillOf(theme, record, change));
  context.fill();
  const colour = change === 'new' ? theme.added : change === 'gone' ? theme.removed : theme.outline;
  context.strokeStyle = id === session.hovered ? theme.accent : colour;
  context.lineWidth = change === 'new' ? 2.2 : change === 'gone' ? 1.6 : 1.2;
  context.setLineDash(change === 'gone' ? [5, 4] : []);
  context.stroke();
  context.setLineDash([]);
  if (record.op === 'shared') {
    context.lineWidth = 1;
    traceBox(context, record, place, -3);
    context.stroke();
  }
  if (isKernel(record)) paintBars(context, place);
}

function fillOf(theme: Theme, record: NodeRecord, change: Change): string {
  if (change === 'new') return theme.addedFill;
  if (isKernel(record)) return theme.kernel;
  return record.op === 'input' || record.op === 'shared' ? theme.leaf : theme.node;
}

/** The two bars that mark a kernel, as flow charts mark a subroutine. */
function paintBars(context: Context, { x, y, width, height }: Place): void {
  context.beginPath();
  for (const side of [-1, 1]) {
    context.moveTo(x + side * (width / 2 - 6), y - height / 2);
    context.lineTo(x + side * (width / 2 - 6), y + height / 2);
  }
  context.stroke();
}

function paintText(context: Context, scene: Scene, { id, change, place }: Drawn, isFaint: boolean): void {
  const { theme, camera } = scene;
  const shade = change === 'gone' ? undefined : scene.shades?.get(id);
  const isWorded = camera.view.scale >= WORDED && place.subtitle !== '';
  const room = place.width - 12;
  context.textAlign = 'center';
  context.fillStyle = change === 'gone' ? theme.removed : (shade?.text ?? theme.text);
  context.font = `600 12px ${theme.mono}`;
  const titleY = isWorded ? place.y - 7 : place.y;
  context.fillText(place.title, place.x, titleY, room);
  if (change === 'gone') strikeOut(context, place, titleY, room);
  if (!isWorded) return;
  context.fillStyle =
    change === 'gone' ? theme.removed : (shade?.text ?? (isFaint ? theme.text : theme.muted));
  context.font = `10px ${theme.mono}`;
  context.fillText(place.subtitle, place.x, place.y + 9, room);
}

function strikeOut(context: Context, place: Place, y: number, room: number): void {
  const half = Math.min(room, context.measureText(place.title).width) / 2 + 2;
  context.lineWidth = 1.2;
  context.beginPath();
  context.moveTo(place.x - half, y);
  context.lineTo(place.x + half, y);
  context.stroke();
}

/** Everything about a node that is not its box: selection, hits, changes, bindings, numbers, results. */
function paintMarks(context: Context, scene: Scene, drawn: Drawn): void {
  const { id, change, place } = drawn;
  const { theme, session } = scene;
  if (session.hits.has(id)) ring(context, drawn, theme.hit, 4, [2, 2]);
  if (id === session.selected) ring(context, drawn, theme.accent, 3, []);
  const left = place.x - place.width / 2;
  const top = place.y - place.height / 2;
  if (change !== 'kept') {
    const colour = change === 'new' ? theme.added : theme.removed;
    badge(context, scene, change === 'new' ? '+' : '−', place.x + place.width / 2, top, colour);
  }
  const bound = session.marks ? scene.bound.get(id) : undefined;
  bound?.forEach(({ variable, colour }, at) => {
    if (at === 0) ring(context, drawn, theme.bindings[colour], 3, []);
    badge(context, scene, variable, left + 22 * at, top, theme.bindings[colour]);
  });
  if (scene.camera.view.scale < WORDED) return;
  paintResults(context, scene, drawn);
  const value = session.overlay?.values.get(id);
  if (value !== undefined) {
    badge(
      context,
      scene,
      tableText(session.overlay!, value),
      place.x + place.width / 2 - 10,
      place.y + place.height / 2,
      theme.text,
    );
  }
}

function ring(
  context: Context,
  { record, place }: Drawn,
  colour: string,
  grow: number,
  dash: number[],
): void {
  traceBox(context, record, place, grow);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.setLineDash(dash);
  context.stroke();
  context.setLineDash([]);
}

/** A small filled label about a point. */
function badge(context: Context, { theme }: Scene, text: string, x: number, y: number, colour: string): void {
  context.font = `700 10px ${theme.mono}`;
  const width = Math.max(15, 6.1 * [...text].length + 8);
  context.beginPath();
  context.roundRect(x - width / 2, y - 7.5, width, 15, 7.5);
  context.fillStyle = colour;
  context.fill();
  context.fillStyle = theme.background;
  context.textAlign = 'center';
  context.fillText(text, x, y + 0.5);
}

/** Below a result: a bar and its name. */
function paintResults(context: Context, scene: Scene, { id, place }: Drawn): void {
  const labels = scene.results.get(id);
  if (!labels) return;
  const bottom = place.y + place.height / 2;
  context.fillStyle = scene.theme.text;
  context.fillRect(place.x - place.width / 2 + 8, bottom - 1.5, place.width - 16, 3);
  context.font = `10px ${scene.theme.mono}`;
  context.globalAlpha = Math.max(context.globalAlpha, FAINT_TEXT);
  context.textAlign = 'center';
  labels.forEach((label, at) => context.fillText(label, place.x, bottom + 11 + 12 * at));
}

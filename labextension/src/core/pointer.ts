/** Turns what mouse, pen and finger do on the canvas into drags, clicks, hovering and zooming. */

import type { Point } from './layout';

/** How far the pointer may go in a click. */
const CLICK_PIXELS = 4;

export interface PointerTarget {
  drag(dx: number, dy: number): void;
  click(point: Point): void;
  /** null when the pointer has left. */
  hover(point: Point | null): void;
  zoom(factor: number, about: Point): void;
  /** Whether the wheel zooms without a modifier key. */
  ownsWheel(): boolean;
}

export function listenToPointer(canvas: HTMLCanvasElement, target: PointerTarget): void {
  let last: Point | null = null;
  let travelled = 0;
  canvas.addEventListener('pointerdown', event => {
    last = pointOf(event);
    travelled = 0;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', event => {
    const point = pointOf(event);
    if (!last) return target.hover(point);
    const [dx, dy] = [point.x - last.x, point.y - last.y];
    travelled += Math.hypot(dx, dy);
    if (travelled > CLICK_PIXELS) target.drag(dx, dy);
    last = point;
  });
  canvas.addEventListener('pointerup', event => {
    if (last && travelled <= CLICK_PIXELS) target.click(pointOf(event));
    last = null;
  });
  canvas.addEventListener('pointercancel', () => (last = null));
  canvas.addEventListener('pointerleave', () => target.hover(null));
  canvas.addEventListener('wheel', event => turn(event, target), { passive: false });
}

function turn(event: WheelEvent, target: PointerTarget): void {
  const isPinch = event.ctrlKey || event.metaKey;
  if (!isPinch && !target.ownsWheel()) return;
  event.preventDefault();
  const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
  const delta = Math.max(-120, Math.min(120, event.deltaY * lines));
  target.zoom(Math.exp(-delta * (isPinch ? 0.008 : 0.002)), pointOf(event));
}

function pointOf(event: MouseEvent): Point {
  return { x: event.offsetX, y: event.offsetY };
}

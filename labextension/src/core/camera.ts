/** Which part of the drawing is on the screen: screen = scale * world + offset. */

import type { Point } from './layout';

export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

const SMALLEST = 0.01;
const LARGEST = 6;
/** Small graphs are not blown up beyond this. */
const FITTING = 1.2;

export class Camera {
  view: View = { x: 0, y: 0, scale: 1 };
  size = { width: 1, height: 1 };

  toScreen({ x, y }: Point): Point {
    return { x: x * this.view.scale + this.view.x, y: y * this.view.scale + this.view.y };
  }

  toWorld({ x, y }: Point): Point {
    return { x: (x - this.view.x) / this.view.scale, y: (y - this.view.y) / this.view.scale };
  }

  /** The part of the world that is in sight. */
  get window(): Bounds {
    const { x: left, y: top } = this.toWorld({ x: 0, y: 0 });
    const { x: right, y: bottom } = this.toWorld({ x: this.size.width, y: this.size.height });
    return { left, top, right, bottom };
  }

  pan(dx: number, dy: number): void {
    this.view = { ...this.view, x: this.view.x + dx, y: this.view.y + dy };
  }

  /** Scales about a point of the screen, which stays where it is. */
  zoom(factor: number, about: Point = this.middle): void {
    const scale = Math.min(LARGEST, Math.max(SMALLEST, this.view.scale * factor));
    const ratio = scale / this.view.scale;
    const { x, y } = this.view;
    this.view = { scale, x: about.x - (about.x - x) * ratio, y: about.y - (about.y - y) * ratio };
  }

  get middle(): Point {
    return { x: this.size.width / 2, y: this.size.height / 2 };
  }

  /** The view that shows all of a part of the world. */
  fitting(bounds: Bounds, largest = FITTING, margin = 28): View {
    const { width, height } = this.size;
    const across = (width - 2 * margin) / Math.max(1, bounds.right - bounds.left);
    const down = (height - 2 * margin) / Math.max(1, bounds.bottom - bounds.top);
    const scale = Math.max(SMALLEST, Math.min(largest, across, down));
    return this.centred(bounds, scale);
  }

  /** The view at a scale with a part of the world in its middle. */
  centred({ left, top, right, bottom }: Bounds, scale: number): View {
    const { x, y } = this.middle;
    return { scale, x: x - (scale * (left + right)) / 2, y: y - (scale * (top + bottom)) / 2 };
  }

  /** The view nearest to another one in which a part of the world is in sight. */
  revealing(bounds: Bounds, view: View, margin = 24): View {
    const { left, top, right, bottom } = onScreen(bounds, view);
    const x = view.x + inward(left, right, this.size.width, margin);
    return { ...view, x, y: view.y + inward(top, bottom, this.size.height, margin) };
  }

  /** Whether a view shows all of a part of the world. */
  holds(bounds: Bounds, view: View): boolean {
    const { left, top, right, bottom } = onScreen(bounds, view);
    return left >= 0 && top >= 0 && right <= this.size.width && bottom <= this.size.height;
  }
}

function onScreen({ left, top, right, bottom }: Bounds, { x, y, scale }: View): Bounds {
  return {
    left: left * scale + x,
    top: top * scale + y,
    right: right * scale + x,
    bottom: bottom * scale + y,
  };
}

/** How far an interval must move to lie within 0..size; one that is too long is centred. */
function inward(start: number, end: number, size: number, margin: number): number {
  if (end - start > size - 2 * margin)
    return start > margin || end < size - margin ? size / 2 - (start + end) / 2 : 0;
  if (start < margin) return margin - start;
  return end > size - margin ? size - margin - end : 0;
}

/** The smallest bounds around boxes given by centre and size. */
export function boundsOf(
  boxes: Iterable<Point & { readonly width: number; readonly height: number }>,
): Bounds | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of boxes) {
    left = Math.min(left, x - width / 2);
    right = Math.max(right, x + width / 2);
    top = Math.min(top, y - height / 2);
    bottom = Math.max(bottom, y + height / 2);
  }
  return left > right ? null : { left, top, right, bottom };
}

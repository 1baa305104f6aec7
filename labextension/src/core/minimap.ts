/** The whole graph in a corner of the stage, with the part that is in sight; only there when that is not all. */

import type { Picture, Place } from './arrangement';
import { boundsOf, type Bounds } from './camera';
import { element } from './dom';
import type { Point } from './layout';
import type { Scene } from './scene';
import type { Theme } from './theme';

const WIDTH = 148;
const HEIGHT = 104;
const MARGIN = 6;
const RATIO = 2;

export class Minimap {
  readonly node = element('canvas', { class: 'sl-minimap', 'aria-hidden': 'true', hidden: true });
  private readonly context: CanvasRenderingContext2D;
  private readonly land = document.createElement('canvas');
  private drawn: { picture: Picture; theme: Theme; marks: boolean } | null = null;
  private bounds: Bounds | null = null;
  private scale = 1;
  private offset: Point = { x: 0, y: 0 };

  /** `go` brings a point of the drawing into the middle of the stage. */
  constructor(go: (point: Point) => void) {
    this.context = this.node.getContext('2d')!;
    for (const canvas of [this.node, this.land])
      [canvas.width, canvas.height] = [WIDTH * RATIO, HEIGHT * RATIO];
    const lead = (event: PointerEvent): void => {
      if (event.buttons)
        go({
          x: (event.offsetX - this.offset.x) / this.scale,
          y: (event.offsetY - this.offset.y) / this.scale,
        });
    };
    this.node.addEventListener('pointerdown', event => {
      this.node.setPointerCapture(event.pointerId);
      lead(event);
    });
    this.node.addEventListener('pointermove', lead);
  }

  paint(scene: Scene): void {
    const { picture } = scene.motion;
    const { theme, session, camera } = scene;
    const { marks } = session;
    const isNew = this.drawn?.picture !== picture || this.drawn.theme !== theme || this.drawn.marks !== marks;
    if (isNew) this.bounds = boundsOf(picture.places.values());
    const isWhole = !this.bounds || camera.holds(this.bounds, camera.view);
    this.node.hidden = isWhole;
    if (isWhole) {
      this.drawn = null;
      return;
    }
    if (isNew) this.paintLand(scene, this.bounds!);
    this.drawn = { picture, theme, marks };
    this.paintWindow(camera.window, theme);
  }

  /** All nodes as specks; those that a step touched on top, and never smaller than can be seen. */
  private paintLand(scene: Scene, { left, top, right, bottom }: Bounds): void {
    const [width, height] = [right - left, bottom - top];
    this.scale = Math.min((WIDTH - 2 * MARGIN) / width, (HEIGHT - 2 * MARGIN) / height);
    const middle = (size: number, start: number, length: number): number =>
      size / 2 - this.scale * (start + length / 2);
    this.offset = { x: middle(WIDTH, left, width), y: middle(HEIGHT, top, height) };
    const context = this.land.getContext('2d')!;
    context.setTransform(RATIO, 0, 0, RATIO, 0, 0);
    context.fillStyle = scene.theme.background;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    const { outline, added, removed } = scene.theme;
    const touched: [string, Place][] = [];
    const taken = new Uint8Array((WIDTH + 1) * (HEIGHT + 1));
    context.fillStyle = outline;
    for (const [id, place] of scene.motion.picture.places) {
      const change = scene.changeOf(scene.session.frame.nodes.get(id)!);
      if (change === 'kept') this.speck(context, place, 1, taken);
      else if (change) touched.push([change === 'new' ? added : removed, place]);
    }
    for (const [colour, place] of touched) {
      context.fillStyle = colour;
      this.speck(context, place, 3);
    }
  }

  /** One node; where `taken` is given, only the first one of each pixel. */
  private speck(context: CanvasRenderingContext2D, place: Place, least: number, taken?: Uint8Array): void {
    const x = this.offset.x + place.x * this.scale;
    const y = this.offset.y + place.y * this.scale;
    const pixel = Math.round(y) * (WIDTH + 1) + Math.round(x);
    if (taken?.[pixel]) return;
    if (taken) taken[pixel] = 1;
    const width = Math.max(least, place.width * this.scale);
    const height = Math.max(least, place.height * this.scale);
    context.fillRect(x - width / 2, y - height / 2, width, height);
  }

  private paintWindow({ left, top, right, bottom }: Bounds, theme: Theme): void {
    const { context, scale, offset } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.land, 0, 0);
    context.setTransform(RATIO, 0, 0, RATIO, 0, 0);
    context.strokeStyle = theme.accent;
    context.lineWidth = 1.5;
    context.strokeRect(
      offset.x + left * scale,
      offset.y + top * scale,
      (right - left) * scale,
      (bottom - top) * scale,
    );
  }
}

/** The canvas: lays out each frame, moves the camera and the nodes to it, paints, and listens to the pointer. */

import { Arrangement, type Picture, type Place } from './arrangement';
import { Camera, boundsOf, type View } from './camera';
import { element, focusedIn } from './dom';
import type { Point } from './layout';
import { Minimap } from './minimap';
import { Motion } from './motion';
import { paint } from './painter';
import { listenToPointer } from './pointer';
import { Scene, type Side } from './scene';
import type { Session } from './session';
import type { Step } from './trace';
import { readTheme, watchTheme } from './theme';

const MOVE_MILLISECONDS = 280;
/** A panel beside the graph leaves too little of a view that is narrower than this. */
const NARROW = 560;
/** From a smaller scale than this, boxes cannot be read; from the second one, even parts are many screens. */
const LEGIBLE = 0.6;
const HUGE = 0.12;
const ROOM = 84;

export interface StageOptions {
  /** Whether the wheel zooms at once, because the page has nothing else to scroll. */
  readonly wheel: boolean;
}

export class Stage {
  readonly node: HTMLDivElement;
  readonly canvas: HTMLCanvasElement;
  readonly camera = new Camera();
  private readonly arrangement = new Arrangement();
  private readonly motion = new Motion();
  private readonly minimap = new Minimap(point => this.centre(point));
  private readonly scene: Scene;
  private readonly context: CanvasRenderingContext2D;
  private readonly endings: (() => void)[] = [];
  private readonly moved = new Set<() => void>();
  private way: { from: View; to: View; start: number } | null = null;
  private request = 0;
  private before: CanvasRenderingContext2D | null = null;
  /** What the camera shows: what suits the graph at first, all of it as the user asked, or a part that was chosen. */
  private framing: 'first' | 'whole' | 'part' = 'first';
  private lastStep: number;

  constructor(
    private readonly session: Session,
    private readonly root: HTMLElement,
    private readonly options: StageOptions,
  ) {
    this.canvas = element('canvas', {
      class: 'sl-canvas',
      tabindex: 0,
      role: 'application',
      'aria-roledescription': 'graph',
    });
    this.node = element('div', { class: 'sl-stage' }, this.canvas, this.minimap.node);
    this.context = this.canvas.getContext('2d', { alpha: false })!;
    this.scene = new Scene(session, this.motion, this.camera, readTheme(root));
    this.lastStep = session.player.at;
    this.arrange();
    this.listen(this.canvas, 'after');
    for (const topic of ['selection', 'hover', 'search', 'look'] as const) {
      this.endings.push(session.on(topic, () => this.repaint()));
    }
    this.endings.push(session.on('step', () => this.follow()));
    this.endings.push(watchTheme(() => this.restyle()));
    const observer = new ResizeObserver(() => this.resize());
    observer.observe(this.node);
    this.endings.push(() => observer.disconnect());
  }

  /** Lets the pointer work on a canvas that shows the graph before or after the step. */
  listen(canvas: HTMLCanvasElement, side: 'before' | 'after'): void {
    const { session } = this;
    const nodeAt = (point: Point): number | null => this.onSide(side, () => this.nodeAt(point));
    listenToPointer(canvas, {
      drag: (dx, dy) => this.drag(dx, dy),
      click: point => session.select(nodeAt(point)),
      hover: point => session.hover(point && nodeAt(point)),
      zoom: (factor, point) => this.zoom(factor, point),
      ownsWheel: () => this.ownsWheel,
    });
  }

  /** Paints the graph before the step onto a canvas of its own; null ends that. */
  paintBefore(canvas: HTMLCanvasElement | null): void {
    this.before = canvas?.getContext('2d', { alpha: false }) ?? null;
    this.scene.side = canvas ? 'after' : 'both';
    this.resize();
    this.travel(this.revealed(this.camera.view));
  }

  private onSide<T>(side: Side, work: () => T): T {
    const usual = this.scene.side;
    if (this.before) this.scene.side = side;
    const result = work();
    this.scene.side = usual;
    return result;
  }

  /** Calls back after each painting, with everything in its place. */
  onPaint(listener: () => void): void {
    this.moved.add(listener);
  }

  dispose(): void {
    cancelAnimationFrame(this.request);
    for (const end of this.endings) end();
  }

  // Steps

  private arrange(): void {
    const start = performance.now();
    const { step } = this.session.player;
    this.motion.head(this.arrangement.show(this.session.frame, step));
    this.motion.progress = 1;
    this.scene.prepare();
    this.root.dataset['layoutMs'] = (performance.now() - start).toFixed(1);
  }

  /** Goes from the last picture to the present one. */
  private follow(): void {
    this.arrive();
    const before = this.motion.picture.places;
    const showedAll = this.showsAll;
    const { at } = this.session.player;
    const isNext = Math.abs(at - this.lastStep) === 1;
    this.lastStep = at;
    this.arrange();
    this.travel(isNext || this.framing !== 'first' ? this.nextView(before, showedAll) : this.firstView());
    this.motion.progress = this.way ? 0 : 1;
    this.repaint();
  }

  private get showsAll(): boolean {
    const bounds = boundsOf(this.motion.picture.places.values());
    return bounds !== null && this.framing !== 'part' && this.camera.holds(bounds, this.camera.view);
  }

  /** The view after a step: the rewrite stays where it is; what was all to be seen is so again. */
  private nextView(before: Picture['places'], showedAll: boolean): View {
    const { step } = this.session.player;
    const isFar = this.framing === 'first' && this.camera.view.scale < LEGIBLE;
    if (isFar && step) return this.nearView(step);
    const after = this.motion.picture.places;
    const spot = step ? [step.at, step.by].find(id => before.has(id) && after.has(id)) : undefined;
    const held = spot === undefined ? this.camera.view : this.heldView(before.get(spot)!, after.get(spot)!);
    const whole = this.wholeView();
    if (!showedAll) return this.framing === 'first' && whole.scale >= LEGIBLE ? whole : this.revealed(held);
    const { width, height } = this.camera.size;
    const isAside = Math.abs(whole.x - held.x) > width / 5 || Math.abs(whole.y - held.y) > height / 5;
    const isRoomy = whole.scale > 1.5 * held.scale;
    return isAside || isRoomy || !this.camera.holds(boundsOf(after.values())!, held) ? whole : held;
  }

  /** From a first sight from afar, in which no rewrite could be read, to the rewrite. */
  private nearView({ at, by }: Step): View {
    this.framing = 'part';
    const view = this.viewOf([...this.scene.touched], 1);
    return view && view.scale >= LEGIBLE ? view : (this.viewOf([at, by], 0.9) ?? this.camera.view);
  }

  /** The view in which a place is where another one was. */
  private heldView(old: Place, now: Place): View {
    const { x, y, scale } = this.camera.view;
    return { scale, x: x + (old.x - now.x) * scale, y: y + (old.y - now.y) * scale };
  }

  /** The nearest view to another one in which the nodes that the step exchanged are in sight. */
  private revealed(view: View): View {
    const { step } = this.session.player;
    const places = step ? [step.at, step.by].map(id => this.motion.picture.places.get(id)) : [];
    const bounds = boundsOf(places.filter(place => place !== undefined));
    return bounds ? this.camera.revealing(bounds, view, this.room) : view;
  }

  /** What is brought into sight comes this far from the edge, so that its neighbours are seen as well. */
  private get room(): number {
    const { width, height } = this.camera.size;
    return Math.min(ROOM, width / 5, height / 5);
  }

  // The camera

  private travel(to: View): void {
    if (isStill() || document.hidden) {
      this.camera.view = to;
      this.way = null;
    } else this.way = { from: this.camera.view, to, start: performance.now() };
    this.root.dataset['moving'] = String(this.way !== null);
    this.repaint();
  }

  /** Ends a movement that is under way. */
  private arrive(): void {
    if (this.way) this.camera.view = this.way.to;
    this.way = null;
    this.motion.progress = 1;
    this.root.dataset['moving'] = 'false';
  }

  private wholeView(): View {
    const bounds = boundsOf(this.motion.picture.places.values());
    return bounds ? this.camera.fitting(bounds) : this.camera.view;
  }

  /** All of the graph if it can be read then, or if it is huge; else its upper part. */
  private firstView(): View {
    const whole = this.wholeView();
    const bounds = boundsOf(this.motion.picture.places.values());
    if (!bounds || whole.scale >= LEGIBLE || whole.scale < HUGE) return whole;
    return this.revealed({ ...this.camera.centred(bounds, LEGIBLE), y: 24 - bounds.top * LEGIBLE });
  }

  /** Shows the whole graph. */
  fit(): void {
    this.arrive();
    this.framing = 'whole';
    this.travel(this.wholeView());
  }

  /** Shows what the step touched, or the selected node at the graph as written. */
  focusStep(): void {
    const { selected, player } = this.session;
    const ids = player.step ? this.scene.touched : selected === null ? [] : [selected];
    this.show([...ids], 1);
  }

  /** Brings a node into sight; a view from afar comes near enough to read. */
  reveal(id: number): void {
    this.arrive();
    const place = this.motion.picture.places.get(id);
    if (!place) return;
    if (this.camera.view.scale < LEGIBLE) this.show([id], 0.9);
    else this.travel(this.camera.revealing(boundsOf([place])!, this.camera.view, this.room));
  }

  private show(ids: readonly number[], largest: number): void {
    this.arrive();
    const view = this.viewOf(ids, largest);
    if (!view) return;
    this.framing = 'part';
    this.travel(view);
  }

  /** The view that shows some nodes, with room around them; null if none of them is there. */
  private viewOf(ids: readonly number[], largest: number): View | null {
    const places = ids.map(id => this.motion.picture.places.get(id)).filter(place => place !== undefined);
    const bounds = boundsOf(places);
    return bounds && this.camera.fitting(bounds, largest, 60);
  }

  zoom(factor: number, about?: Point): void {
    this.arrive();
    this.framing = 'part';
    this.camera.zoom(factor, about);
    this.repaint();
  }

  /** One pixel of the drawing on one of the screen. */
  actualSize(): void {
    this.zoom(1 / this.camera.view.scale);
  }

  /** Lays the graph out anew. */
  tidy(): void {
    this.arrive();
    this.motion.head(this.arrangement.tidy(this.session.frame));
    this.scene.prepare();
    this.travel(this.wholeView());
    this.motion.progress = this.way ? 0 : 1;
  }

  // Nodes on the screen

  /** Where a node is on the canvas, in pixels. */
  locate(id: number): Place | null {
    const place = this.motion.place(id);
    if (!place) return null;
    const { scale } = this.camera.view;
    return {
      ...place,
      ...this.camera.toScreen(place),
      width: place.width * scale,
      height: place.height * scale,
    };
  }

  /** The node at a point of the canvas; from afar, near misses count. */
  private nodeAt(point: Point): number | null {
    const { x, y } = this.camera.toWorld(point);
    const slack = 3 / this.camera.view.scale;
    for (const [id, place] of this.motion.picture.places) {
      if (!this.isDrawn(id)) continue;
      const isHit =
        Math.abs(x - place.x) <= place.width / 2 + slack && Math.abs(y - place.y) <= place.height / 2 + slack;
      if (isHit) return id;
    }
    return null;
  }

  /** The node to which an arrow key leads: an operand, a user, or the neighbour in the row. */
  neighbour(id: number, direction: 'up' | 'down' | 'left' | 'right'): number | null {
    const node = this.session.frame.nodes.get(id);
    const here = this.motion.picture.places.get(id);
    if (!node || !here) return null;
    const isAhead = (place: Place): boolean => (direction === 'left' ? place.x < here.x : place.x > here.x);
    const inRow = [...this.motion.picture.places].filter(
      ([other, place]) => other !== id && place.y === here.y,
    );
    const ids =
      direction === 'up'
        ? node.inputs
        : direction === 'down'
          ? node.users
          : inRow.filter(([, place]) => isAhead(place)).map(([other]) => other);
    const distance = (other: number): number => Math.abs(this.motion.picture.places.get(other)!.x - here.x);
    return ids.filter(other => this.isDrawn(other)).sort((a, b) => distance(a) - distance(b))[0] ?? null;
  }

  private isDrawn(id: number): boolean {
    return this.scene.changeOf(this.session.frame.nodes.get(id)!) !== null;
  }

  private drag(dx: number, dy: number): void {
    this.arrive();
    this.framing = 'part';
    this.camera.pan(dx, dy);
    this.repaint();
  }

  private centre(point: Point): void {
    const { x, y } = this.camera.toScreen(point);
    this.drag(this.camera.middle.x - x, this.camera.middle.y - y);
  }

  /** The wheel zooms in a view that has the focus; elsewhere it scrolls the page. */
  private get ownsWheel(): boolean {
    return this.options.wheel || this.root.contains(focusedIn(this.root));
  }

  // Painting

  private restyle(): void {
    this.scene.theme = readTheme(this.root);
    this.repaint();
  }

  private resize(): void {
    const { width, height } = this.node.getBoundingClientRect();
    if (!width || !height) return;
    this.arrive();
    this.scene.theme = readTheme(this.root);
    this.root.classList.toggle('sl-narrow', this.root.clientWidth < NARROW);
    const ratio = devicePixelRatio || 1;
    for (const canvas of [this.canvas, this.before?.canvas]) {
      if (!canvas) continue;
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const { width: oldWidth, height: oldHeight } = this.camera.size;
    this.camera.size = { width, height };
    if (this.framing !== 'part')
      this.camera.view = this.framing === 'first' ? this.firstView() : this.wholeView();
    else this.camera.pan((width - oldWidth) / 2, (height - oldHeight) / 2);
    this.paint();
  }

  repaint(): void {
    if (!this.request) this.request = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    cancelAnimationFrame(this.request);
    this.request = 0;
    const start = performance.now();
    this.advance(start);
    const ratio = this.canvas.width / this.camera.size.width;
    const { before } = this;
    paint(this.context, this.scene, ratio);
    if (before) this.onSide('before', () => paint(before, this.scene, ratio));
    this.minimap.paint(this.scene);
    this.root.dataset['paintMs'] = (performance.now() - start).toFixed(2);
    this.root.dataset['moving'] = String(this.way !== null);
    for (const listener of this.moved) listener();
    if (this.way) this.repaint();
  }

  private advance(now: number): void {
    if (!this.way) return;
    const share = Math.min(1, Math.max(0, (now - this.way.start) / MOVE_MILLISECONDS));
    const eased = share * share * (3 - 2 * share);
    const { from, to } = this.way;
    this.motion.progress = eased;
    const mix = (a: number, b: number): number => a + (b - a) * eased;
    this.camera.view = { x: mix(from.x, to.x), y: mix(from.y, to.y), scale: mix(from.scale, to.scale) };
    if (share === 1) this.arrive();
  }
}

function isStill(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

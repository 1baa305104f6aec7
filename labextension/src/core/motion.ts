/** Where things are on their way from one picture to the next. */

import type { Picture, Place } from './arrangement';
import type { Point } from './layout';

const EMPTY: Picture = { places: new Map(), rows: new Map(), bends: new Map() };

export class Motion {
  /** 0 at the start of the way, 1 at its end. */
  progress = 1;
  private from: Picture = EMPTY;
  private to: Picture = EMPTY;

  get picture(): Picture {
    return this.to;
  }

  /** Sets out for another picture from wherever things are now. */
  head(to: Picture): void {
    this.from = this.progress === 1 ? this.to : this.freeze();
    this.to = to;
    this.progress = 0;
  }

  place(id: number): Place | undefined {
    const end = this.to.places.get(id);
    const start = this.progress < 1 && end ? this.from.places.get(id) : undefined;
    if (!end || !start || (start.x === end.x && start.y === end.y)) return end;
    return { ...end, ...between(start, end, this.progress) };
  }

  bends(id: number): readonly Point[] {
    const end = this.to.bends.get(id) ?? [];
    const start = this.progress < 1 ? this.from.bends.get(id) : undefined;
    if (start?.length !== end.length) return end;
    return end.map((point, at) => between(start[at], point, this.progress));
  }

  /** The number of rows that an edge goes down. */
  span(from: number, to: number): number {
    return (this.to.rows.get(to) ?? 0) - (this.to.rows.get(from) ?? 0);
  }

  private freeze(): Picture {
    const places = new Map([...this.to.places.keys()].map(id => [id, this.place(id)!]));
    const bends = new Map([...this.to.bends.keys()].map(id => [id, this.bends(id)]));
    return { places, bends, rows: this.to.rows };
  }
}

function between(start: Point, end: Point, share: number): Point {
  return { x: start.x + (end.x - start.x) * share, y: start.y + (end.y - start.y) * share };
}

/** Whether the user wants nothing to move. */
export function isStill(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

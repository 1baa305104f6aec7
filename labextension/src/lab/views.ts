/** The views that are open in this JupyterLab, and which of them was used last. */

import type { View } from '../core/view';

/** An open view with the JSON that it shows. */
export interface OpenView {
  readonly view: View;
  readonly json: unknown;
}

export class OpenViews {
  private readonly open = new Set<OpenView>();
  private last: OpenView | null = null;
  private readonly listeners = new Set<() => void>();

  /** The view to which commands go: the one that was last used, or opened. */
  get current(): OpenView | null {
    return this.last;
  }

  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  add(view: View, json: unknown): OpenView {
    const entry = { view, json };
    this.open.add(entry);
    const use = (): void => this.use(entry);
    view.root.addEventListener('focusin', use);
    view.root.addEventListener('pointerdown', use);
    if (!this.last) this.use(entry);
    return entry;
  }

  use(entry: OpenView): void {
    if (this.last === entry) return;
    this.last = entry;
    this.tell();
  }

  /** Takes a view out and ends it. */
  remove(entry: OpenView): void {
    if (!this.open.delete(entry)) return;
    entry.view.dispose();
    if (this.last !== entry) return;
    this.last = [...this.open].at(-1) ?? null;
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

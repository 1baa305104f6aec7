/** A widget of the host that holds a view: the output of a cell, or a panel of the main area. */

import type { Action } from '../core/actions';
import { MIME_TYPE } from '../core/parse';
import { show, type ViewOptions } from '../core/view';
import { connect, type Line, type Shared } from './live';
import type { HostModules, MimeModel, Renderer } from './host';
import type { OpenView, OpenViews } from './views';

const WIDGET_TYPE = 'application/vnd.jupyter.widget-view+json';

export interface TraceWidget extends Renderer {
  open(json: unknown, options: ViewOptions): void;
}

/** The widget's class; it extends the host's own Widget, which is known only at run time. */
export function traceWidget(
  host: HostModules,
  views: OpenViews,
  actions: readonly Action[],
): new () => TraceWidget {
  return class extends host.Widget implements TraceWidget {
    private entry: OpenView | null = null;
    private model: string | null = null;
    private line: Line | null = null;

    renderModel(model: MimeModel): Promise<void> {
      this.open(model.data[MIME_TYPE], {
        onStep: step => this.line?.send({ step }),
        onSelect: id => this.line?.send({ selected: id ?? -1 }),
      });
      this.model = modelOf(model.data[WIDGET_TYPE]);
      this.connect();
      return Promise.resolve();
    }

    /** Only now is it known in which notebook this is. */
    override onAfterAttach(message: unknown): void {
      super.onAfterAttach(message);
      this.connect();
    }

    private connect(): void {
      if (!this.isAttached || !this.model || this.line) return;
      const { entry } = this;
      const told = ({ step, selected }: Shared): void => {
        if (step !== undefined) entry?.view.seek(step);
        if (selected !== undefined) entry?.view.select(selected < 0 ? null : selected);
      };
      void connect(this, this.model, told).then(line => {
        if (line && !this.line && this.entry === entry) this.line = line;
        else line?.end();
      });
    }

    open(json: unknown, options: ViewOptions): void {
      this.clear();
      const view = show(this.node, json, { ...options, actions });
      this.entry = view && views.add(view, json);
    }

    override dispose(): void {
      if (this.isDisposed) return;
      this.clear();
      super.dispose();
    }

    /** A closed panel is gone for good. */
    override close(): void {
      this.dispose();
    }

    private clear(): void {
      this.line?.end();
      this.line = null;
      if (this.entry) views.remove(this.entry);
      this.entry = null;
      this.node.replaceChildren();
    }
  };
}

/** The id of the widget that a kernel made for the same output. */
function modelOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('model_id' in data)) return null;
  return typeof data.model_id === 'string' ? data.model_id : null;
}

let panels = 0;

/** Opens what the last used view shows in a panel of its own, at the same position. */
export function openWorkbench(views: OpenViews, panel: TraceWidget, add: (panel: TraceWidget) => void): void {
  const source = views.current;
  if (!source) return;
  const { session } = source.view;
  panel.id = `symlab-workbench-${++panels}`;
  panel.title.label = `symlab: ${session.trace.name}`;
  panel.title.caption = `Rewrites of ${session.trace.name}`;
  panel.title.iconClass = 'sl-icon jp-MainAreaWidget-icon';
  panel.title.closable = true;
  add(panel);
  panel.open(source.json, { height: undefined, step: session.player.at, selected: session.selected });
}

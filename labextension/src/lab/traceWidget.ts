/** A widget of the host that holds a view: the output of a cell, or a panel of the main area. */

import type { Action } from '../core/actions';
import { MIME_TYPE } from '../core/parse';
import { show, type ViewOptions } from '../core/view';
import { Link } from './live';
import type { HostModules, MimeModel, Renderer } from './host';
import type { OpenView, OpenViews } from './views';

const WIDGET_TYPE = 'application/vnd.jupyter.widget-view+json';

export interface TraceWidget extends Renderer {
  open(json: unknown, options: ViewOptions): void;
}

/** The widget's class; it extends the host's own Widget, which is known only at run time. A closed panel is gone. */
export function traceWidget(
  host: HostModules,
  views: OpenViews,
  actions: readonly Action[],
): new () => TraceWidget {
  return class extends host.Widget implements TraceWidget {
    private entry: OpenView | null = null;
    private link: Link | null = null;

    renderModel(model: MimeModel): Promise<void> {
      const link = new Link(this, model.data[WIDGET_TYPE]);
      this.open(model.data[MIME_TYPE], link.options);
      this.link = link.follow(this.entry?.view ?? null);
      return Promise.resolve();
    }

    override onAfterAttach(): void {
      this.link?.connect();
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

    override close(): void {
      this.dispose();
    }

    private clear(): void {
      this.link?.end();
      if (this.entry) views.remove(this.entry);
      this.entry = null;
      this.node.replaceChildren();
    }
  };
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

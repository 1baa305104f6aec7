/**
 * A view in an output and the widget that its kernel made beside it, kept in step by the widget's own messages.
 * The renderer shows the trace that is saved in the notebook; with these, `view.selected` in Python follows it as well.
 */

import type { Kernel, KernelMessage, SessionContext, Widget } from './host';

const TARGET = 'jupyter.widget';

/** The part of the widget's state that people change. */
export interface Shared {
  readonly step?: number;
  /** The id of a node, -1 for none. */
  readonly selected?: number;
}

/** The line to a widget; null where no kernel knows it. `told` hears of what changed at the other end. */
export async function connect(
  owner: Widget,
  model: string,
  told: (state: Shared) => void,
): Promise<Line | null> {
  const context = contextOf(owner);
  await context?.ready;
  const kernel = context?.session?.kernel;
  if (!kernel) return null;
  const { content } = await kernel.requestCommInfo({ target_name: TARGET });
  return content.comms && model in content.comms ? new Line(kernel, model, told) : null;
}

/** The session of the document in which a widget is. */
function contextOf(owner: Widget): SessionContext | null {
  for (let widget: Widget | null = owner; widget; widget = widget.parent)
    if (widget.sessionContext) return widget.sessionContext;
  return null;
}

let sent = 0;

export class Line {
  constructor(
    private readonly kernel: Kernel,
    private readonly model: string,
    private readonly told: (state: Shared) => void,
  ) {
    kernel.iopubMessage.connect(this.hear, this);
  }

  send(state: Shared): void {
    if (this.kernel.isDisposed) return;
    const { clientId: session, username } = this.kernel;
    const header = {
      ...{ msg_id: `${session}-symlab-${++sent}`, msg_type: 'comm_msg', session, username, version: '5.3' },
      date: new Date().toISOString(),
    };
    const data = { method: 'update', state, buffer_paths: [] };
    const content = { comm_id: this.model, data };
    this.kernel.sendShellMessage({
      ...{ header, content, parent_header: {}, metadata: {}, buffers: [], channel: 'shell' },
    });
  }

  end(): void {
    if (!this.kernel.isDisposed) this.kernel.iopubMessage.disconnect(this.hear, this);
  }

  private hear(_kernel: Kernel, { header, content }: KernelMessage): void {
    if (header.msg_type !== 'comm_msg' || content.comm_id !== this.model) return;
    if (content.data?.method === 'update') this.told(content.data.state ?? {});
  }
}

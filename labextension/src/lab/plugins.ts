/** The two plugins: the renderer of saved traces, and the workbench with its commands and its side panel. */

import { ACTIONS, keyName, type Action } from '../core/actions';
import { element, fill } from '../core/dom';
import { Inspector } from '../core/inspector';
import { MIME_TYPE } from '../core/parse';
import { installStyle } from '../core/style';
import { readTheme, watchTheme } from '../core/theme';
import type {
  Application,
  CommandPalette,
  HostModules,
  LayoutRestorer,
  Plugin,
  RenderMimeRegistry,
  Renderer,
  Widget,
} from './host';
import { openWorkbench, traceWidget } from './traceWidget';
import { OpenViews } from './views';

/** Before the widget view's -10: the renderer also works without a kernel. */
const RANK = -20;
const CATEGORY = 'symlab';

export function makePlugins(host: HostModules): Plugin[] {
  const views = new OpenViews();
  let opened = (_widget: Widget): void => undefined;
  const workbench: Action = {
    id: 'open-workbench',
    label: 'Open workbench',
    keys: ['w'],
    run: () => openWorkbench(views, new TraceWidget(), opened),
  };
  const TraceWidget = traceWidget(host, views, [workbench]);
  return [
    {
      id: 'symlab:renderer',
      description: 'Shows the trace of a compilation in the output of a cell.',
      autoStart: true,
      requires: [host.rendermime],
      activate: (_app: Application, registry: RenderMimeRegistry) => {
        const createRenderer = (): Renderer => new TraceWidget();
        registry.addFactory({ safe: true, mimeTypes: [MIME_TYPE], createRenderer }, RANK);
      },
    },
    {
      id: 'symlab:workbench',
      description: 'A panel with the graph of a compilation, its inspector, and a command for each key.',
      autoStart: true,
      optional: [host.palette, host.restorer],
      activate: (app: Application, palette: CommandPalette | null, restorer: LayoutRestorer | null) => {
        addCommands(app, views, workbench, palette);
        opened = widget => {
          app.shell.add(widget, 'main', { mode: 'split-right' });
          app.shell.activateById(widget.id);
        };
        const side = makeSidePanel(host, views);
        app.shell.add(side, 'right', { rank: 900 });
        readTheme(side.node);
        restorer?.add(side, side.id);
      },
    },
  ];
}

/** A command for each key, and one that opens the workbench. */
function addCommands(
  app: Application,
  views: OpenViews,
  workbench: Action,
  palette: CommandPalette | null,
): void {
  const isEnabled = (): boolean => views.current !== null;
  for (const action of [...ACTIONS, workbench]) {
    const command = `symlab:${action.id}`;
    const execute = (): void => views.current?.view.run(action.id);
    const label = action === workbench ? action.label : `symlab: ${action.label}`;
    app.commands.addCommand(command, {
      label,
      caption: `Key in a view: ${keyName(action.keys[0])}`,
      isEnabled,
      execute,
    });
    palette?.addItem({ command, category: CATEGORY });
  }
  views.onChange(() => app.commands.notifyCommandChanged());
}

/** The side panel: the rewrite and the selected node of the view that was used last. */
function makeSidePanel(host: HostModules, views: OpenViews): Widget {
  const side = new host.Widget();
  side.id = 'symlab-inspector';
  side.title.iconClass = 'sl-icon jp-SideBar-tabIcon';
  side.title.caption = 'symlab: the rewrite and the selected node';
  side.addClass('sl-side');
  installStyle(document.body);
  let inspector: Inspector | null = null;
  const update = (): void => {
    inspector?.dispose();
    const view = views.current?.view;
    inspector = view ? new Inspector(view.session, id => view.stage.reveal(id)) : null;
    const empty = 'No trace is open. A cell whose value is a compiled function shows one.';
    readTheme(side.node);
    fill(side.node, inspector?.node ?? element('p', { class: 'sl-note' }, empty));
  };
  views.onChange(update);
  update();
  watchTheme(() => readTheme(side.node));
  return side;
}

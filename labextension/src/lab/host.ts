/** What the extension uses of JupyterLab and Lumino: the few members of their interfaces, by their own names. */

export interface Title {
  label: string;
  caption: string;
  iconClass: string;
  closable: boolean;
}

export interface Widget {
  readonly node: HTMLElement;
  readonly title: Title;
  readonly isDisposed: boolean;
  readonly isAttached: boolean;
  readonly parent: Widget | null;
  /** Of a notebook or console. */
  readonly sessionContext?: SessionContext;
  id: string;
  addClass(name: string): void;
  close(): void;
  dispose(): void;
  onAfterAttach(message: unknown): void;
}

export interface SessionContext {
  readonly ready: Promise<void>;
  readonly session: { readonly kernel: Kernel | null } | null;
}

/** A message of a kernel, as far as it is about a comm. */
export interface KernelMessage {
  readonly header: { readonly msg_type: string };
  readonly content: {
    readonly comm_id?: string;
    readonly data?: { readonly method?: string; readonly state?: Readonly<Record<string, never>> };
  };
}

type Listener = (kernel: Kernel, message: KernelMessage) => void;

export interface Kernel {
  readonly clientId: string;
  readonly username: string;
  readonly isDisposed: boolean;
  readonly iopubMessage: {
    connect(listener: Listener, owner: unknown): void;
    disconnect(listener: Listener, owner: unknown): void;
  };
  requestCommInfo(content: {
    readonly target_name: string;
  }): Promise<{ readonly content: { readonly comms?: Readonly<Record<string, unknown>> } }>;
  sendShellMessage(message: object): void;
}

export type WidgetClass = new () => Widget;

export interface MimeModel {
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Renderer extends Widget {
  renderModel(model: MimeModel): Promise<void>;
}

export interface RenderMimeRegistry {
  addFactory(factory: RendererFactory, rank: number): void;
}

export interface RendererFactory {
  readonly safe: boolean;
  readonly mimeTypes: readonly string[];
  createRenderer(options: { readonly mimeType: string }): Renderer;
}

export interface CommandPalette {
  addItem(item: { readonly command: string; readonly category: string }): void;
}

export interface LayoutRestorer {
  add(widget: Widget, name: string): void;
}

export interface Application {
  readonly commands: {
    addCommand(
      id: string,
      options: {
        readonly label: string;
        readonly caption?: string;
        readonly isEnabled?: () => boolean;
        readonly execute: () => void;
      },
    ): void;
    notifyCommandChanged(): void;
  };
  readonly shell: {
    add(widget: Widget, area: string, options?: { readonly rank?: number; readonly mode?: string }): void;
    activateById(id: string): void;
  };
}

/** A service's token, as another module exports it. */
export type Token = object;

export interface Plugin {
  readonly id: string;
  readonly description: string;
  readonly autoStart: true;
  readonly requires?: readonly Token[];
  readonly optional?: readonly Token[];
  activate(app: Application, ...services: never[]): void;
}

/** The modules of the host that the extension needs. */
export interface HostModules {
  readonly Widget: WidgetClass;
  readonly rendermime: Token;
  readonly palette: Token;
  readonly restorer: Token;
}

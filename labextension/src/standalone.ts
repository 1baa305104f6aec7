/** One script for a page of its own: `symlab.view(element, trace, options)`. */

import { show, type View, type ViewOptions } from './core/view';

/** Shows a trace; without a height the view fills its element. Null, and a message on the page, if it is not a trace. */
export function view(element: HTMLElement, trace: unknown, options: ViewOptions = {}): View | null {
  return show(element, trace, { height: undefined, ...options });
}

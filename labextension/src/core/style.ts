/** Brings the style sheet to where a view stands: the document, or a shadow root of its own. */

import colours from './styles/colours.css';
import details from './styles/details.css';
import frame from './styles/frame.css';

const MARK = 'data-symlab-style';

export function installStyle(host: HTMLElement): void {
  const home = host.getRootNode();
  const parent = home instanceof ShadowRoot ? home : document.head;
  if (parent.querySelector(`style[${MARK}]`)) return;
  const style = document.createElement('style');
  style.setAttribute(MARK, '');
  style.textContent = colours + frame + details;
  parent.append(style);
}

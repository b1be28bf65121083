/** Copying to the clipboard, and saying so. Without a secure context (plain HTTP on another machine) browsers have no clipboard API: then the old command of the document does it. */
import { signal } from '../ui.ts';

/** Said for a moment at the foot of the page, also to screen readers. */
export const said = signal('');
let timer = 0;
/** Long enough to be read. */
const SAID_MS = 2500;

export function say(text: string): void {
  said.value = text;
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    said.value = '';
  }, SAID_MS);
}

export async function copyText(text: string): Promise<void> {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copyByCommand(text);
    say('Copied');
  } catch {
    say('The browser did not let us copy');
  }
}

function copyByCommand(text: string): void {
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/**
 * Log text made safe to look at: what a reader's eye would obey instead of see - controls, bidirectional overrides, invisible and
 * separator characters, halves of surrogate pairs - is spelled out. Markup needs nothing: text is only ever set as text nodes.
 * The same characters as src/base/visible.ts, whose code may not be imported here; test/web/visible.test.ts holds the two together.
 */
const HOSTILE =
  /[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const HOSTILE_ALL = new RegExp(HOSTILE.source, 'g');
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };

/** For one line. */
export function visible(text: string): string {
  return HOSTILE.test(text) ? text.replace(HOSTILE_ALL, spelled) : text;
}

/** For a text of several lines: newlines and tabs stay what they are. */
export function visibleLines(text: string): string {
  return HOSTILE.test(text)
    ? text.replace(HOSTILE_ALL, (character) => (character === '\n' || character === '\t' ? character : spelled(character)))
    : text;
}

function spelled(character: string): string {
  const code = character.charCodeAt(0);
  return SHORT[character] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`);
}

/**
 * Log text made safe to look at: everything that a terminal or a reader's eye would obey instead of
 * show - C0 and C1 controls, DEL, bidirectional overrides, invisible and separator characters, halves of
 * surrogate pairs - is spelled out. Not here: HTML (the browser sets text, never markup).
 * Source: CVE-2021-42574 (bidi), ECMA-48 (8-bit controls such as U+009B are CSI without an ESC).
 */
const HOSTILE =
  /[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const HOSTILE_ALL = new RegExp(HOSTILE.source, 'g');
const SHORT: Record<string, string> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };

/** For one line: `\x1b`, `\n`, `\u202e`, plain ASCII that shows in every terminal and can be searched for. */
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

/** For a JSON text on one line: what JSON lets pass unescaped becomes `\uXXXX`, so that the value stays the same. */
export function visibleJson(json: string): string {
  return HOSTILE.test(json)
    ? json.replace(HOSTILE_ALL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : json;
}

/**
 * The settings `files`: absolute paths and globs, separated by commas (a comma within braces is the glob's), and `unix`: the path of a socket.
 * Not here: which files they mean (receive/files-find.ts), who has the socket (receive/unix.ts).
 */
import type { Address } from './address.ts';
import { Unreadable } from './config-unreadable.ts';
import { limits } from './limits.ts';

/** `PATH_MAX` of Linux. */
const PATTERN_CHARS_MAX = 4096;

/** `off` is undefined. Throws `Unreadable`. */
export function readSocket(text: string): Address | undefined {
  if (text === 'off') return undefined;
  if (!text.startsWith('/') || text.endsWith('/') || text.includes('\0')) {
    throw new Unreadable(`${JSON.stringify(text.slice(0, 80))} is not the absolute path of a socket like /dev/log, nor off`);
  }
  return { host: text, port: 0 };
}

/** `off` is undefined. Throws `Unreadable`. */
export function readFiles(text: string): readonly string[] | undefined {
  if (text === 'off') return undefined;
  const patterns = partsOf(text);
  for (const pattern of patterns) {
    const quoted = JSON.stringify(pattern.length > 80 ? `${pattern.slice(0, 80)}…` : pattern);
    if (!pattern.startsWith('/')) throw new Unreadable(`${quoted} is not an absolute path or glob like /var/log/nova/*.log`);
    if (pattern.endsWith('/')) throw new Unreadable(`${quoted} is a folder; name its files, like ${pattern.slice(0, 70)}*.log`);
    if (pattern.length > PATTERN_CHARS_MAX || pattern.includes('\0')) throw new Unreadable(`${quoted} is no path`);
  }
  if (patterns.length > limits.filePatternsMax)
    throw new Unreadable(`it has ${patterns.length} patterns; ${limits.filePatternsMax} are the most`);
  return [...new Set(patterns)];
}

function partsOf(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const character of text) {
    if (character === '{') depth++;
    if (character === '}') depth = Math.max(0, depth - 1);
    if (character === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += character;
  }
  return [...parts, part.trim()];
}

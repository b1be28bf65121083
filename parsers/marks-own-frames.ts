/**
 * The innermost frames of a service's own code, as they stay over restarts and versions: `nova/compute/manager.py function`,
 * without line numbers and without where the package is installed. What error groups are told apart by; part of marks.ts.
 *
 * Invariant: innermost first; the same call stack gives the same frames on every host. Where no frame is the service's own, those of
 * others (drivers, plugins) count, then the innermost of all.
 */
import { isOwnFile } from './marks-frame.ts';

/** Three tell the place and how it was reached; more would split a group by every caller of a decorator. */
const FRAMES_MAX = 3;

const FRAME = /^(.{1,500}):\d{1,7} (.{1,200})$/;
const PACKAGED = /\/(?:site|dist)-packages\/(.+)$/;
const PYTHON = /\/python\d(?:\.\d{1,2})?\/(.+)$/;
/** `/opt/stack/nova/nova/compute/…`: from the import name on. */
const CHECKOUT = /\/([\w-]{1,60})\/(\1\/.+)$/;

/** `frames` as `foundIn` gives them: `file:line function`, outermost first. */
export function ownFrames(frames: readonly string[]): { frames: string[]; isOwn: boolean } {
  for (const kind of ['own', 'other'] as const) {
    const found = frames.filter((frame) => isOwnFile(frame) === kind);
    if (found.length > 0) return { frames: found.slice(-FRAMES_MAX).reverse().map(lasting), isOwn: true };
  }
  return { frames: frames.slice(-1).map(lasting), isOwn: false };
}

function lasting(frame: string): string {
  const [, file, name] = FRAME.exec(frame) ?? [];
  if (file === undefined || name === undefined) return frame;
  const path = PACKAGED.exec(file)?.[1] ?? PYTHON.exec(file)?.[1] ?? CHECKOUT.exec(file)?.[2] ?? file.split('/').slice(-3).join('/');
  return `${path} ${name}`;
}

/**
 * Lines of level ERROR that belong to a normal course: libvirt says so whenever the process of a guest ends, also when nova has just ended
 * it. Named as the first error of a story they would lead astray; a guest that ends by itself says the same, and there it is the first sign.
 * Pure; the lines stay in the story as they are.
 *
 * Source: libvirt src/qemu/qemu_monitor.c (qemuMonitorIO) and src/rpc/virnetsocket.c; nova/compute/manager.py and virt/libvirt/driver.py for what nova says.
 */
import type { Piece } from './story-piece.ts';

const PROGRAM = /^(?:libvirtd|virtqemud)/;
const GUEST_ENDED = /End of file from qemu monitor/;
/** A client of libvirt went away. */
const CLIENT_ENDED = /End of file while reading data: Input\/output error/;
/** nova ends a guest. */
const DELIBERATE =
  /Terminating instance|Instance (?:destroyed|shutdown) successfully|Destroying instance|Migrating instance to|Rebooting instance/;
const BY_ITSELF = /Instance shutdown by itself/;
/** nova says that it begins up to a clean shutdown (60 s) before, and that it is done at once; clocks of hosts agree to a second or so. */
const BEFORE_US = 90_000_000;
const AFTER_US = 5_000_000;

/** Its text alone: of a run that ended well it is part. */
export function maybeUsual({ program, text }: { readonly program: string | undefined; readonly text: string }): boolean {
  return PROGRAM.test(program ?? '') && (GUEST_ENDED.test(text) || CLIENT_ENDED.test(text));
}

/** `pieces`: of the story. */
export function isUsualError(piece: Piece, pieces: readonly Piece[]): boolean {
  if (!maybeUsual(piece)) return false;
  if (CLIENT_ENDED.test(piece.text)) return true;
  const near = pieces.filter(({ orderUs }) => orderUs >= piece.orderUs - BEFORE_US && orderUs <= piece.orderUs + AFTER_US);
  return near.some(({ text }) => DELIBERATE.test(text)) && !near.some(({ text }) => BY_ITSELF.test(text));
}

/**
 * What a compute's operating system says about a guest: libvirt, systemd-machined, the kernel, Open vSwitch. None of them knows
 * a request; libvirt names the domain and the UUID, machined the domain, kernel and switch the tap device, whose
 * name is `tap` and the first 11 characters of the port's UUID.
 * Sources: libvirt's qemu_domain.c and qemu_monitor.c, systemd's machine.c, Linux' dev.c, Open vSwitch's bridge.c.
 */
import type { Act } from './act.ts';
import type { Instance } from './world.ts';

const INFO = 6;
const WARNING = 4;
const ERROR = 3;

export function tapOf(instance: Instance): string {
  return `tap${instance.port.slice(0, 11)}`;
}

/** Lines of the start of a guest; `number` is libvirt's id of the running domain. */
export function guestStarts(act: Act, instance: Instance): void {
  const { world } = act;
  const at = `@${instance.compute}`;
  const tap = tapOf(instance);
  const number = Number.parseInt(instance.domain.slice(-4), 16);
  act.emit(
    world.worker(`ovs-vswitchd${at}`),
    INFO,
    `ovs|${fiveDigits(act)}|bridge|INFO|bridge br-int: added interface ${tap} on port ${number}`,
  );
  act.emit(world.worker(`kernel${at}`), INFO, `[${uptime(act)}] ${tap}: entered promiscuous mode`);
  act.pass(1, 6);
  act.emit(world.worker(`systemd-machined${at}`), INFO, `New machine qemu-${number}-${instance.domain}.`);
  act.emit(
    world.worker(`libvirtd${at}`),
    WARNING,
    `Domain id=${number} name='${instance.domain}' uuid=${instance.id} is tainted: host-cpu`,
  );
}

export function guestStops(act: Act, instance: Instance): void {
  const { world } = act;
  const at = `@${instance.compute}`;
  const tap = tapOf(instance);
  const number = Number.parseInt(instance.domain.slice(-4), 16);
  act.emit(world.worker(`libvirtd${at}`), ERROR, `internal error: End of file from qemu monitor (vm='${instance.domain}')`);
  act.emit(world.worker(`systemd-machined${at}`), INFO, `Machine qemu-${number}-${instance.domain} terminated.`);
  act.emit(world.worker(`kernel${at}`), INFO, `[${uptime(act)}] ${tap}: left promiscuous mode`);
  act.emit(
    world.worker(`ovs-vswitchd${at}`),
    INFO,
    `ovs|${fiveDigits(act)}|bridge|INFO|bridge br-int: deleted interface ${tap} on port ${number}`,
  );
}

/** Seconds since the host's start, as the kernel prints them: it has been up for 40 days. */
export function uptime(act: Act): string {
  return (3_456_000 + act.atUs / 1e6).toFixed(6);
}

/** Open vSwitch numbers the lines of a process. */
function fiveDigits(act: Act): string {
  return String(Math.floor(act.atUs / 1e6) % 100_000).padStart(5, '0');
}

/**
 * What a story of a boot that failed has to name first: the service in which the fault was injected, and the step that failed, told by
 * words of what that step says (or would have said). Only bench `correlation` knows the injected faults; stories know none of this.
 */
import type { OperationTruth } from '../../src/demo/truth.ts';
import type { Story } from '../../src/model.ts';

/** By step of the truth: words of its records in the logs, of good and of bad ends. */
const STEPS: Readonly<Record<string, RegExp>> = {
  schedule: /failed to schedule|returned .* host|no valid host|selected host|filter/i,
  network: /failed to bind port|port binding/i,
  image: /image/i,
  spawn: /failed to spawn|libvirt/i,
  wire: /preparing filters for devices|configuration for devices up|provisioning complete for port|network-vif-plugged/i,
};

export interface Named {
  readonly isRight: boolean;
  /** For people: the fault, and what was named instead. */
  readonly note: string;
}

export function namedFirst(story: Story | undefined, fault: OperationTruth['faults'][number]): Named {
  const named = story?.firstFault;
  const isRight = named !== undefined && named.service === fault.service && STEPS[fault.step]!.test(named.text);
  const said = named === undefined ? 'nothing' : `${named.state} ${named.service}: ${named.text.slice(0, 60)}`;
  return { isRight, note: `${fault.kind}: named ${said}` };
}

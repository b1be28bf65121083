/**
 * Errors that were told first: error groups, known signatures, spikes. Part of model.ts, which exports it all: import from
 * there. Types only; JSON as it goes out of `/api/v1/errors`, `/spikes` and `/report`: times are RFC 3339.
 */

/** `new`: first seen within the time asked about; `regressed`: back after it had been quiet; `quiet`: not for long. */
export type GroupState = 'new' | 'ongoing' | 'regressed' | 'quiet';

/** What hits how many; exact while `approximate` is absent. */
export interface BlastRadius {
  hosts: number;
  services: number;
  requests: number;
  instances: number;
  projects: number;
  approximate?: true;
}

/** One known error of `config/signatures.yaml`. */
export interface KnownSignature {
  /** `amqp-unreachable` */
  name: string;
  title: string;
  services?: string[];
  /** What it means, what to check. */
  meaning: string;
  check: string[];
  commands: string[];
  links: string[];
}

/** What the signature of a group was made of. */
export interface GroupParts {
  /** `exception`: class and frames; `shape`: logger and constant text. */
  by: 'exception' | 'shape';
  exception?: string;
  /** Innermost first: `nova/compute/manager.py function`. */
  frames?: string[];
  logger?: string;
  /** Constant text, variables as `<*>`. */
  shape?: string;
  /** A rule of the configuration that merged it. */
  rule?: string;
}

export interface ErrorGroup {
  /** 16 hex digits. */
  signature: string;
  /** One line for people. */
  title: string;
  parts: GroupParts;
  state: GroupState;
  level: string;
  firstSeen: string;
  lastSeen: string;
  /** Within the time asked about. */
  count: number;
  /** Since the group is known. */
  total: number;
  services: { name: string; count: number }[];
  hosts: { name: string; count: number }[];
  radius: BlastRadius;
  /** Counts of equal steps over the time asked about. */
  sparkline: number[];
  known?: KnownSignature;
  /** Seqs of records, newest first. */
  samples: number[];
  /** Groups with the same root, folded below this one. */
  folded?: { signature: string; title: string; count: number }[];
  /** `host:port` of the broker or database that is the root. */
  dependency?: string;
  snoozedUntil?: string;
}

/** What a view is. Types only; the table is views.ts. */
import type { JSX } from '../ui.ts';

/** A key that does something while its view is shown; capital letters are with shift. */
export interface Key {
  readonly key: string;
  readonly say: string;
  run(): void;
}

export interface View {
  /** First part of the address. */
  readonly name: string;
  readonly title: string;
  /** Whether the head leads to it; a story needs an id. */
  readonly isInHead: boolean;
  readonly keys: readonly Key[];
  Show(): JSX.Element;
}

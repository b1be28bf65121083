/**
 * The door of Preact and its signals: what components are made with comes from here, so that the library could be changed in one file. JSX itself is compiled against
 * `preact` (build.ts, tsconfig.json).
 *
 * Who takes something of which there is one (a question, the news of the tail) and gives it back does so in `useLayoutEffect`: what a component that is gone leaves to
 * `useEffect` is cleaned up only after the next paint, when the one in its place may have begun already.
 */
export {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  untracked,
  useComputed,
  useSignal,
  useSignalEffect,
} from '@preact/signals';
export { type ComponentChildren, createContext, Fragment, type JSX, type RefObject, render } from 'preact';
export { useEffect, useId, useLayoutEffect, useMemo, useRef } from 'preact/hooks';

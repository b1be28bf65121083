/** The door of Preact and its signals: what components are made with comes from here, so that the library could be changed in one file. JSX itself is compiled against `preact` (build.ts, tsconfig.json). */
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

/** What fails: error groups of a time, and one of them. Not here: asking (state/errors.ts), which are shown (text/groups.ts); the service groups (src/report/ERRORS.md). */
import '../style/errors.css';
import { ErrorGroupPage } from '../parts/error-group.tsx';
import { ErrorGroups } from '../parts/error-list.tsx';
import { followErrors, group, signature } from '../state/errors.ts';
import { go } from '../state/here.ts';
import { keysOf } from '../state/picked.ts';
import { type JSX, useLayoutEffect } from '../ui.ts';
import type { Key, View } from './view.ts';

const { deeds, keys } = keysOf({
  pages: () => [{ key: 0, records: group.state.peek().value?.records ?? [], older: undefined, newer: undefined }],
  grow: () => {},
  focusQuery: () => {},
});

/** In the list the focus itself moves from group to group, so that Enter is the browser's own. */
function step(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('.group-link')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const next = links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + by))];
  next?.focus();
  next?.closest('.group')?.scrollIntoView({ block: 'nearest' });
}

const listKeys: Readonly<Record<string, () => void>> = {
  '/': () => document.querySelector<HTMLElement>('.errors-find input')?.focus(),
  j: () => step(1),
  k: () => step(-1),
};
const SAY: Readonly<Record<string, string>> = {
  '/': 'Find among the groups',
  j: 'Next group, or next record of one',
  k: 'Group or record before',
  Enter: 'Open the group, or a record of one',
};
const errorKeys: readonly Key[] = [
  ...keys.map(({ key, say, run }) => ({
    key,
    say: SAY[key] ?? say,
    run: () => (signature.peek() === '' && listKeys[key] !== undefined ? listKeys[key]() : run()),
  })),
  { key: 'u', say: 'Back to all groups', run: () => signature.peek() !== '' && go({ id: '', line: '' }) },
];

function ErrorsView(): JSX.Element {
  useLayoutEffect(followErrors, []);
  return signature.value === '' ? <ErrorGroups /> : <ErrorGroupPage deeds={deeds} />;
}

export const errorsView: View = { name: 'errors', title: 'Errors', isInHead: true, keys: errorKeys, Show: ErrorsView };

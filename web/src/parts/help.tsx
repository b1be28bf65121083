/** What the keys do and how a query is written. Opened by `?`; the keys come from the tables that really run them. */
import { type JSX, useEffect, useRef } from '../ui.ts';
import type { Key } from '../views/view.ts';

export function toggleHelp(): void {
  const dialog = document.querySelector<HTMLDialogElement>('dialog.help');
  if (dialog?.open) dialog.close();
  else dialog?.showModal();
}

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['level:>=warning service:nova', 'both hold; levels compare'],
  ['"no valid host" -"dry run"', 'a phrase, without another'],
  ['error (nova OR cinder)', 'words; parentheses group'],
  ['*alid ho*', 'part of a word'],
  ['/Errno 1\\d\\d/', 'a regular expression'],
  ['status:>=500 duration:>2', 'numbers of access lines'],
  ['903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7', 'any id, in any spelling'],
];

export function Help({ keys }: { keys: readonly Key[] }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const box = dialog.current!;
    // A click beside the text is on the dialog itself.
    const onClick = (event: MouseEvent): void => {
      if (event.target === box) box.close();
    };
    box.addEventListener('click', onClick);
    return () => box.removeEventListener('click', onClick);
  }, []);
  return (
    <dialog class="help" ref={dialog} aria-labelledby="help-title">
      <div class="help-text">
        <h2 id="help-title">Keys</h2>
        <dl>
          {keys.map(({ key, say }) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{say}</dd>
            </div>
          ))}
        </dl>
        <h2>Queries</h2>
        <dl>
          {EXAMPLES.map(([example, say]) => (
            <div key={example}>
              <dt>
                <code>{example}</code>
              </dt>
              <dd>{say}</dd>
            </div>
          ))}
        </dl>
        <button type="button" onClick={() => dialog.current!.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}

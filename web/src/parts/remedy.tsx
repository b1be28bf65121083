/** What is known of an error and what to do about it, or what is nearest to it where nothing is. The texts are those of config/signatures.yaml. */
import type { KnownSignature } from '../../../src/model.ts';
import { near } from '../state/errors.ts';
import { visible } from '../text/visible.ts';
import type { JSX } from '../ui.ts';
import { copyText } from './copy.ts';

export function Remedy({ known }: { known: KnownSignature }): JSX.Element {
  return (
    <section class="remedy" aria-label="What to do">
      <h3>
        <span class="known">known</span> {visible(known.title)}
      </h3>
      <p>{visible(known.meaning)}</p>
      {known.check.length > 0 && (
        <>
          <h4>Check</h4>
          <ul>
            {known.check.map((one) => (
              <li key={one}>{visible(one)}</li>
            ))}
          </ul>
        </>
      )}
      {known.commands.map((command) => (
        <div class="command" key={command}>
          <code>{visible(command)}</code>
          <button type="button" class="small" aria-label={`Copy ${command}`} onClick={() => void copyText(command)}>
            Copy
          </button>
        </div>
      ))}
      <ul class="links">
        {known.links.map((link) => (
          <li key={link}>
            {/^https?:\/\//.test(link) ? (
              <a href={link} rel="noreferrer noopener" target="_blank">
                {visible(link)}
              </a>
            ) : (
              visible(link)
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Best first; more than that nobody opens. */
const NEAR_MAX = 3;

export function Near(): JSX.Element {
  const { value } = near.state.value;
  const known = value?.is === undefined ? (value?.near ?? []).map((one) => one.known).slice(0, NEAR_MAX) : [value.is];
  return (
    <section class="remedy" aria-label="What to do">
      <h3>No known error</h3>
      {known.length === 0 ? (
        <p class="dim">Nothing near to it is known, either.</p>
      ) : (
        <>
          <p class="dim">These are the nearest; they need not fit.</p>
          {known.map((one) => (
            <details key={one.name}>
              <summary>{visible(one.title)}</summary>
              <Remedy known={one} />
            </details>
          ))}
        </>
      )}
    </section>
  );
}

/** Before the first browser test: the view is built where it is missing or older than its sources (vitest.config.ts). */
import { buildView, isOlder } from '../../web/build.ts';

export default async function built(): Promise<void> {
  if (isOlder()) await buildView();
}

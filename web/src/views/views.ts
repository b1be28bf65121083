/**
 * The table of views: what the first part of the path shows. A new view is one file, one line here and one line in PAGES of
 * src/api/web.ts, so that its address can be loaded. Not here: which one is shown (main.tsx).
 */
import { errorsView } from './errors.tsx';
import { searchView } from './search.tsx';
import { statusView } from './status.tsx';
import { storyView } from './story.tsx';
import type { View } from './view.ts';

export const VIEWS: readonly View[] = [searchView, storyView, errorsView, statusView];

/** `GET /api/v1/sources`: who sends live, when each was last heard, how far its clock is off, who is silent. Not kept across restarts; not here: how that is known (../ingest/heard.ts, skew.ts). */
import { formatTime } from '../base/time.ts';
import { jsonAnswer, type Route } from './route.ts';
import { arrayOf, COUNT, objectOf, TEXT, TIME } from './schema-parts.ts';

/** A host that sends, or sent, since the service began. */
export interface Source {
  readonly host: string;
  readonly lastUs: number;
  readonly usualPauseSeconds: number;
  /** Set: it pauses much longer than it usually does. */
  readonly silentSeconds?: number;
  /** Positive: its lines come late, or its clock is behind. */
  readonly skewSeconds?: number;
  /** As it was learned, e.g. `+01:00`. */
  readonly zone?: string;
}

export const sources: Route = {
  method: 'GET',
  path: '/api/v1/sources',
  group: 'The service',
  say: 'Hosts that send live: when each was last heard, how far its clock is off, who is silent',
  arguments: {},
  responses: [
    {
      status: 200,
      say: 'Silent ones first, the newest silence before older ones; then who was heard longest ago',
      types: {
        'application/json': objectOf({
          sources: arrayOf(
            objectOf(
              {
                host: TEXT,
                last: TIME,
                usualPauseSeconds: COUNT,
                silentSeconds: { ...COUNT, description: 'Only of those that pause much longer than they usually do' },
                skewSeconds: { type: 'number', description: 'Positive: its lines come late, or its clock is behind' },
                zone: { ...TEXT, description: 'Of its local times, where it was learned' },
              },
              ['silentSeconds', 'skewSeconds', 'zone'],
            ),
          ),
        }),
      },
    },
  ],
  errors: [],
  async answer(parts) {
    const told = (parts.sources?.() ?? []).map(({ lastUs, ...source }) => ({ ...source, last: formatTime(lastUs) }));
    return jsonAnswer({ sources: told });
  },
};

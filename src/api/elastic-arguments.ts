/**
 * What all routes of the Elasticsearch API share: the arguments that clients add to any call and that change nothing here, and the
 * header by which Elastic's clients know their server since 7.14.
 */
import type { ArgumentSchema } from './route.ts';

const PASSED_OVER: ArgumentSchema = { type: 'string', description: 'Taken and passed over' };

function passedOver(names: string): Record<string, ArgumentSchema> {
  return Object.fromEntries(names.split(' ').map((name) => [name, PASSED_OVER]));
}

/** filter_path only makes answers shorter; the whole one serves, too. */
export const ELASTIC_ARGUMENTS: Readonly<Record<string, ArgumentSchema>> = passedOver(
  'filter_path pretty human error_trace timeout refresh routing pipeline type require_alias',
);
export const ELASTIC_ASK_ARGUMENTS: Readonly<Record<string, ArgumentSchema>> = passedOver(
  'filter_path pretty human error_trace timeout master_timeout local include_type_name create order wait_for_status accept_enterprise',
);

export const ELASTIC_HEADERS = { 'x-elastic-product': 'Elasticsearch' } as const;

import { signal } from '@preact/signals';
import { request } from './api.ts';
import type { Action, Schema } from './ocpp-schema.ts';

interface ApiDescription {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            requestBody?: {
              content: Readonly<Record<string, { examples?: Readonly<Record<string, { value: unknown }>> }>>;
            };
          }
        >
      >
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** What can be sent to charge points, out of the description of the API; undefined until it was read. */
export const actions = signal<ReadonlyMap<string, Action> | undefined>(undefined);

const CALLS = '/api/v1/charge-points/{id}/calls/{Action}';
let reading: Promise<void> | undefined;

/** Reads the description once. Throws Failure. */
export function readActions(): Promise<void> {
  reading ??= read().catch((error: unknown) => {
    reading = undefined;
    throw error;
  });
  return reading;
}

async function read(): Promise<void> {
  const { paths, components } = await request<ApiDescription>('GET', '/openapi.json');
  const examples = paths[CALLS]?.post?.requestBody?.content['application/json']?.examples ?? {};
  actions.value = new Map(
    Object.entries(examples).map(([name, { value }]) => [
      name,
      { name, schema: components.schemas[`${name}Request`] ?? {}, example: value as Action['example'] },
    ]),
  );
}

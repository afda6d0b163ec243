import type { ChargePoint } from '../../model.ts';
import type { Action, Schema } from '../../openapi.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What the form begins with: an example of the message with times and connectors that make sense here and now. */
export function startingPayload(
  { example, schema }: Action,
  { connectors }: ChargePoint,
): Record<string, unknown> {
  const [first] = connectors.filter(({ connectorId }) => connectorId > 0);
  return Object.fromEntries(
    Object.entries(example).map(([name, value]) => [
      name,
      sensible(name, value, schema.properties?.[name], first?.connectorId),
    ]),
  );
}

function sensible(
  name: string,
  value: unknown,
  schema: Schema | undefined,
  connectorId: number | undefined,
): unknown {
  if (schema?.format === 'date-time')
    return new Date(Date.now() + (name === 'expiryDate' ? HOUR_MS : DAY_MS)).toISOString();
  if (name === 'connectorId' && value === 1 && connectorId !== undefined) return connectorId;
  return value;
}

import { writeTimestamp } from '../protocol/timestamp.ts';
import type { ChargePointFilter } from '../store/charge-point-filter.ts';
import type {
  ConfigurationTemplate,
  ConfigurationTemplateInput,
  TemplateKey,
} from '../store/configuration-templates.ts';
import { isSecretKey, redactUrls } from '../telemetry/redaction.ts';
import { driftCounts, NO_CHARGE_POINTS } from './fleet-drift.ts';
import type { FleetCensus } from './fleet-index.ts';
import { unfit } from './unfit.ts';

/** A template as clients write it, already checked (`#/components/schemas/ConfigurationTemplateUpdate`). */
export interface TemplateBody {
  readonly filter: ChargePointFilter;
  readonly priority?: number;
  readonly keys: readonly (Omit<TemplateKey, 'expected'> & { readonly expected?: boolean })[];
  readonly note?: string | null;
}

/**
 * What is to be stored, but for who wrote it. Throws `invalid_body` for keys that are secrets, that stand
 * there twice, or that a template cannot change.
 */
export function readTemplate(
  id: string,
  { filter, priority = 0, keys, note }: TemplateBody,
): Omit<ConfigurationTemplateInput, 'writtenBy' | 'writtenAt'> {
  const seen = new Set<string>();
  for (const [place, one] of keys.entries()) {
    const name = one.key.toLowerCase();
    const problem = seen.has(name) ? 'is there already' : problemOf(name, one);
    if (problem !== undefined) throw unfit(`/keys/${place}/key`, problem);
    seen.add(name);
  }
  return {
    id,
    filter,
    priority,
    keys: keys.map(({ key, value, expected = false }) => ({ key, value, expected })),
    ...(note != null && note !== '' && { note }),
  };
}

function problemOf(name: string, { value, expected }: TemplateBody['keys'][number]): string | undefined {
  if (isSecretKey(name)) return 'holds a secret: it has no place in a template';
  if (redactUrls(value) !== value)
    return 'has a value with a password in it, which has no place in a template';
  if (name === 'securityprofile' && expected !== true) {
    return 'is raised by a campaign of security; here it can only be `expected`';
  }
  return undefined;
}

/** `#/components/schemas/ConfigurationTemplate` */
export function viewTemplate(template: ConfigurationTemplate, census: FleetCensus) {
  const { id, filter, priority, keys, note = null, writtenBy, writtenAt, version } = template;
  const isCompared = census.templates.split('\n').includes(`${id} ${version}`);
  const counts = driftCounts(census).get(id) ?? NO_CHARGE_POINTS;
  return {
    id,
    filter,
    priority,
    keys,
    note,
    writtenBy,
    writtenAt: writeTimestamp(writtenAt),
    drift: isCompared ? { at: writeTimestamp(census.at), ...counts } : null,
    version,
  };
}

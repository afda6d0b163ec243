import type { ConfigurationTemplate } from '../../model.ts';
import type { Targets } from '../campaign-target-fields.tsx';

/** A template as it is written to the API. */
export type TemplateDocument = Pick<ConfigurationTemplate, 'filter' | 'priority' | 'keys' | 'note'>;

/** What a new template begins with. */
export const NEW_TEMPLATE: TemplateDocument = {
  filter: {},
  priority: 0,
  keys: [{ key: '', value: '', expected: false }],
  note: null,
};

/** Without what the server adds. */
export function documentOf({ filter, priority, keys, note }: ConfigurationTemplate): TemplateDocument {
  return { filter, priority, keys, note };
}

/** The filter of a template as the fields for charge points hold it. */
export function targetsOf({ all, ...filter }: TemplateDocument['filter']): Targets {
  return all ? { by: 'all' } : { by: 'filter', filter };
}

export function filterOf(targets: Targets): TemplateDocument['filter'] {
  if (targets.by === 'filter') return targets.filter;
  return targets.by === 'all' ? { all: true } : {};
}

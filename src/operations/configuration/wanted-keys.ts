import type { ConfigurationTemplate, TemplateKey } from '../../store/configuration-templates.ts';
import { isMeant, type KnownChargePoint } from '../../store/known-charge-points.ts';

/** What the templates of a charge point want of one key. */
export interface WantedKey extends TemplateKey {
  /** Id of the template that has the key. */
  readonly template: string;
}

/**
 * Returns what templates want of a charge point, by the key without case. `templates` stand in precedence: a
 * key belongs to the first one that wants it.
 */
export function wantedKeys(
  templates: readonly ConfigurationTemplate[],
  known: KnownChargePoint,
): ReadonlyMap<string, WantedKey> {
  const wanted = new Map<string, WantedKey>();
  for (const template of templates) {
    if (!isMeant(template.filter, known)) continue;
    for (const one of template.keys) {
      const key = one.key.toLowerCase();
      if (!wanted.has(key)) wanted.set(key, { ...one, template: template.id });
    }
  }
  return wanted;
}

import { type DriftState, driftOf, worstOf } from '../operations/configuration/drift.ts';
import type { ConfigurationTemplate } from '../store/configuration-templates.ts';
import type { KnownChargePoint } from '../store/known-charge-points.ts';
import type { Store } from '../store/store.ts';

/** How a charge point stands to a template that has one of its keys. */
export interface TemplateDrift {
  readonly template: string;
  /** Of the key that stands worst. */
  readonly state: DriftState;
  /** Some of its keys may be mended by asking or changing. */
  readonly mendable: boolean;
}

const NONE: readonly TemplateDrift[] = [];

/** Compares charge points with the configuration templates as they are when it is made. */
export class Comparison {
  /** Of the templates, as `namesOf` gives them. */
  readonly names: string;
  private readonly store: Pick<Store, 'configurations'>;
  private readonly templates: readonly ConfigurationTemplate[];
  /** Most charge points of a fleet stand alike, and share what is known of that. */
  private readonly shared = new Map<string, readonly TemplateDrift[]>();

  constructor(store: Pick<Store, 'configurations' | 'configurationTemplates'>) {
    this.store = store;
    this.templates = store.configurationTemplates.inPrecedence();
    this.names = namesOf(this.templates);
  }

  /** Returns how a charge point stands to each template that has one of its keys. */
  of(known: KnownChargePoint): readonly TemplateDrift[] {
    if (this.templates.length === 0) return NONE;
    const keys = driftOf(this.store, this.templates, known);
    const drifts = [...new Set(keys.map(({ template }) => template))].map((template) => {
      const own = keys.filter((key) => key.template === template);
      return { template, state: worstOf(own), mendable: own.some(({ mendable }) => mendable) };
    });
    const name = JSON.stringify(drifts);
    const alike = this.shared.get(name) ?? drifts;
    this.shared.set(name, alike);
    return alike;
  }
}

/** Returns the names and versions of templates, which are others once one has changed. */
export function namesOf(templates: readonly ConfigurationTemplate[]): string {
  return templates.map(({ id, version }) => `${id} ${version}`).join('\n');
}

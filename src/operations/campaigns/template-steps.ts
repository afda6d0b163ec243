import type { CampaignItem, CampaignStep, TemplateTask } from '../../store/campaign-record.ts';
import { findChargePoint } from '../../store/known-charge-points.ts';
import { dialectOfChargePoint } from '../../store/sessions.ts';
import type { Store } from '../../store/store.ts';
import { driftOf, type KeyDrift } from '../configuration/drift.ts';
import { type Judgement, wordOf } from './campaign-task.ts';
import type { NextStep } from './security-steps.ts';

export type TemplateStore = Pick<
  Store,
  'configurationTemplates' | 'configurations' | 'settings' | 'chargePoints' | 'sessions'
>;

/** Whether a task brings the configuration to what a template wants. */
export function isTemplateTask(task: object): task is TemplateTask {
  return 'template' in task;
}

/**
 * What comes next for a charge point whose configuration is brought to what a template wants. First it is
 * asked for the keys that it has never told, then each key that differs is changed, once. Keys that a
 * template of higher precedence has are left alone, and so is everything once the template has changed.
 */
export function nextTemplateStep(store: TemplateStore, task: TemplateTask, item: CampaignItem): NextStep {
  const { steps = [], chargePointId: id } = item;
  if (store.configurationTemplates.get(task.template)?.version !== task.version) {
    return failed('template_changed');
  }
  const known = findChargePoint(store, id);
  if (!known) return failed('unknown_charge_point');
  const { orders } = dialectOfChargePoint(store, id);
  const drifts = driftOf(store, store.configurationTemplates.inPrecedence(), known);
  const open = drifts.filter(({ template, mendable }) => template === task.template && mendable);

  const untold = open.filter(({ state }) => state === 'not_reported').map(({ key }) => key);
  if (untold.length > 0 && !steps.some(({ name }) => name === 'ask_configuration')) {
    const asked = untold.slice(0, mostAsked(store, id));
    return { call: { name: 'ask_configuration', ...orders.askSettings(asked) } };
  }
  const next = open.find((drift) => !drift.expected && !wasChanged(steps, drift));
  if (next === undefined) return { judgement: judge(steps) };
  const { key, value } = next;
  return { call: { name: 'change_configuration', key, ...orders.changeSetting(key, value) } };
}

function wasChanged(steps: readonly CampaignStep[], { key }: KeyDrift): boolean {
  return steps.some((step) => step.key?.toLowerCase() === key.toLowerCase());
}

/** Keys that one GetConfiguration may name (OCPP 1.6 ed. 2 §9.1.8). */
function mostAsked({ configurations }: TemplateStore, id: string): number {
  const most = Number(configurations.get(id, 'GetConfigurationMaxKeys')?.value);
  return most >= 1 ? most : Number.POSITIVE_INFINITY;
}

/** What the answers to all changes come to. */
function judge(steps: readonly CampaignStep[]): Judgement {
  const changes = steps.filter(({ key }) => key !== undefined);
  const said = changes.map(({ key, answer }) => ({ key, answer, word: answer ? wordOf(answer) : undefined }));
  const refused = said.filter(({ word, answer }) => answer?.kind !== 'none' && !TAKEN.has(word ?? ''));
  if (refused.length > 0) {
    const words = refused.slice(0, NAMED).map(({ key, word }) => `${key}: ${word}`);
    return { state: 'failed', reason: words.join(', ') };
  }
  const silent = said.find(({ answer }) => answer?.kind === 'none');
  if (silent) return { state: 'unknown', reason: `${silent.key}: ${silent.word}` };
  if (said.some(({ word }) => word === 'RebootRequired'))
    return { state: 'succeeded', reason: 'RebootRequired' };
  return { state: 'succeeded', reason: said.length > 0 ? 'Accepted' : 'nothing_to_do' };
}

/** Keys that a reason names. */
const NAMED = 3;

const TAKEN: ReadonlySet<string> = new Set(['Accepted', 'RebootRequired']);

function failed(reason: string): NextStep {
  return { judgement: { state: 'failed', reason } };
}

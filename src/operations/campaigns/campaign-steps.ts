import type { CampaignStep, CampaignTask } from '../../store/campaign-record.ts';
import type { KeptAnswer } from '../../store/referenced-calls.ts';

/** The one CALL of a task; undefined where it has none, or several. */
export function callOf(task: CampaignTask) {
  return 'action' in task ? { action: task.action, payload: task.payload } : undefined;
}

export function withStep(steps: readonly CampaignStep[] = [], step: CampaignStep): readonly CampaignStep[] {
  return [...steps, step];
}

/** The steps once the last one was answered. */
export function answeredStep(
  steps: readonly CampaignStep[] = [],
  answer: KeptAnswer,
): readonly CampaignStep[] {
  return steps.map((step, index) => (index === steps.length - 1 ? { ...step, answer } : step));
}

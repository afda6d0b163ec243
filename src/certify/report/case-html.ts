import type { Frame } from '../charge-point.ts';
import type { CaseResult } from '../run-cases.ts';
import type { Step } from '../scene.ts';
import { escapeHtml } from './escape-html.ts';
import type { ReportedCase } from './report.ts';
import { outcomeText } from './wording.ts';

/** How many frames before a failure are shown. */
const FRAMES_SHOWN = 12;

/** A case with its steps; one that failed stands open. */
export function renderCase({ id, title, outcome, editionsDiffer, runs }: ReportedCase): string {
  const note =
    editionsDiffer === undefined
      ? ''
      : `<p class="meta">The editions differ: ${escapeHtml(editionsDiffer)}.</p>`;
  return `<details class="case" id="${id}"${outcome === 'fail' ? ' open' : ''}>
<summary><code>${id}</code><span class="title">${escapeHtml(title)}</span><span class="badge ${outcome}">${outcomeText(outcome)}</span></summary>
<div class="run">${note}${runs.map(renderRun).join('')}</div>
</details>`;
}

function renderRun({ edition, failure, warnings, steps, frames, durationMs }: CaseResult): string {
  const head = `${edition === undefined ? '' : `Edition ${edition}, `}${steps.length} steps, ${Math.round(durationMs)} ms`;
  const why = failure
    ? `<div class="failure"><b>Step ${failure.step}, ${escapeHtml(failure.stepName)}</b><br>expected <code>${escapeHtml(failure.expected)}</code><br>came <code>${escapeHtml(failure.came)}</code></div>`
    : '';
  const warned = warnings.map((warning) => `<p class="meta">Warning: ${escapeHtml(warning)}.</p>`).join('');
  const trace = failure
    ? `<div class="frames">${frames.slice(-FRAMES_SHOWN).map(renderFrame).join('\n')}</div>`
    : '';
  return `<p class="meta">${head}</p>${why}${warned}<ol class="steps">${steps.map(renderStep).join('')}</ol>${trace}`;
}

function renderStep({ name, expected, held }: Step): string {
  return `<li><span${held ? '' : ' class="broken"'}>${escapeHtml(name)}</span><span class="expected">${escapeHtml(expected)}</span></li>`;
}

function renderFrame({ at, from, text }: Frame): string {
  return escapeHtml(`${new Date(at).toISOString().slice(11, 23)} ${from}> ${text}`);
}

/** The look of the page: one column of type on paper, in daylight and at night, and on a printer. */
export const STYLESHEET = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #ffffff; --ink: #1d2530; --soft: #5d6875; --rule: #e3e0d8; --faint: #f3f1eb;
  --pass: #1c7a58; --pass-tint: #e4f2ec; --fail: #b3352a; --fail-tint: #fae8e5; --part: #8a6414; --part-tint: #f8efda;
  --accent: #2b5f8a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161b; --card: #181d24; --ink: #e6e9ed; --soft: #9aa5b1; --rule: #2a313a; --faint: #1e242c;
    --pass: #62c79c; --pass-tint: #17322a; --fail: #f08a7e; --fail-tint: #3a1d1a; --part: #dcb45c; --part-tint: #332a16;
    --accent: #84b6e0;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 16px/1.55 Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif; }
body { max-width: 56rem; margin: 0 auto; padding: 4rem 2rem 5rem; }
.sans, th, .badge, .facts dt, code, .chart, summary, .meta { font-family: system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
h1 { font-size: 2.5rem; line-height: 1.12; font-weight: 600; letter-spacing: -0.015em; margin: 0.35rem 0 0.6rem; text-wrap: balance; }
h2 { font-size: 1.35rem; font-weight: 600; margin: 3.5rem 0 1rem; }
h3 { font-size: 1.05rem; font-weight: 600; margin: 2rem 0 0.5rem; }
p { margin: 0.6rem 0; }
.eyebrow { font: 600 0.78rem/1 system-ui, "Segoe UI", Roboto, sans-serif; letter-spacing: 0.14em; text-transform: uppercase; color: var(--soft); margin: 0; }
.lead { font-size: 1.15rem; color: var(--soft); margin: 0; }
.conclusion { display: flex; align-items: center; gap: 1.5rem; margin: 2.5rem 0 1rem; padding: 1.6rem 1.9rem; border-radius: 14px; background: var(--tint); }
.conclusion .word { font-size: 2.1rem; font-weight: 600; line-height: 1; color: var(--tone); }
.conclusion .sentence { font-size: 1.1rem; }
.pass { --tone: var(--pass); --tint: var(--pass-tint); }
.fail { --tone: var(--fail); --tint: var(--fail-tint); }
.incomplete { --tone: var(--part); --tint: var(--part-tint); }
.disclaimer { font-size: 0.92rem; color: var(--soft); border-left: 3px solid var(--rule); padding: 0.1rem 0 0.1rem 1.1rem; margin: 1.4rem 0 0; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.35rem 1.8rem; margin: 1.8rem 0 0; }
.facts dt { font-size: 0.85rem; color: var(--soft); padding-top: 0.15rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; text-wrap: pretty; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th { font-size: 0.78rem; font-weight: 600; color: var(--soft); text-align: left; padding: 0 1rem 0.5rem 0; border-bottom: 1px solid var(--rule); white-space: nowrap; }
td { padding: 0.75rem 1rem 0.75rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
td:last-child, th:last-child { padding-right: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td .note { display: block; font-size: 0.88rem; color: var(--soft); }
.name { font-weight: 600; }
.line { white-space: nowrap; }
.badge { display: inline-block; font-size: 0.78rem; font-weight: 650; padding: 0.14rem 0.6rem; border-radius: 999px; color: var(--tone); background: var(--tint); white-space: nowrap; }
.ids { display: flex; flex-wrap: wrap; gap: 0.28rem; margin-top: 0.55rem; }
.ids a { font: 500 0.7rem/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; padding: 0 0.4rem; border-radius: 5px; color: var(--tone); background: var(--tint); text-decoration: none; }
.ids a:hover { text-decoration: underline; }
code, .frames { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; font-size: 0.82rem; overflow-wrap: anywhere; }
.chart { width: 100%; height: auto; margin: 1.6rem 0 0.6rem; font-size: 12px; }
.chart .grid { stroke: var(--rule); }
.chart .tick, .chart .value { fill: var(--soft); }
.chart .name { fill: var(--ink); font-size: 13px; }
.chart .range { stroke: var(--accent); stroke-width: 3; stroke-linecap: round; opacity: 0.35; }
.chart .median { fill: var(--accent); }
.chart .p99 { fill: var(--card); stroke: var(--accent); stroke-width: 2; }
.chart .longest { fill: var(--accent); opacity: 0.55; }
.chart .limit { stroke: var(--fail); stroke-dasharray: 3 4; }
.chart .limit-label { fill: var(--fail); }
.meta { font-size: 0.85rem; color: var(--soft); }
details.case { border-bottom: 1px solid var(--rule); scroll-margin-top: 1rem; }
details.case > summary { display: grid; grid-template-columns: 5.6rem 1fr auto; gap: 1rem; align-items: baseline; padding: 0.55rem 0; cursor: pointer; font-size: 0.95rem; list-style: none; }
details.case > summary::-webkit-details-marker { display: none; }
details.case > summary:hover .title { text-decoration: underline; text-decoration-color: var(--rule); text-underline-offset: 4px; }
details.case > summary code { color: var(--soft); }
details.case:target > summary { background: var(--faint); }
.run { padding: 0.2rem 0 1.1rem 6.6rem; }
.steps { margin: 0.3rem 0; padding: 0; list-style: none; counter-reset: step; font-size: 0.88rem; }
.steps li { counter-increment: step; display: grid; grid-template-columns: 1.7rem 15rem 1fr; gap: 0.6rem; padding: 0.14rem 0; }
.steps li::before { content: counter(step); color: var(--soft); text-align: right; font-variant-numeric: tabular-nums; }
.steps .expected { color: var(--soft); overflow-wrap: anywhere; }
.steps .broken { color: var(--fail); font-weight: 600; }
.failure { background: var(--fail-tint); border-radius: 10px; padding: 0.9rem 1.2rem; margin: 0.6rem 0; font-size: 0.92rem; overflow-wrap: anywhere; }
.failure b { color: var(--fail); }
.frames { white-space: pre-wrap; color: var(--soft); background: var(--faint); border-radius: 10px; padding: 0.9rem 1.2rem; margin: 0.6rem 0 0; }
footer { margin-top: 4rem; padding-top: 1.2rem; border-top: 1px solid var(--rule); font-size: 0.88rem; color: var(--soft); }
@media (max-width: 40rem) {
  body { padding: 2rem 1.1rem 3rem; }
  h1 { font-size: 1.9rem; }
  .conclusion { flex-direction: column; align-items: flex-start; gap: 0.5rem; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: 0.6rem; }
  .run { padding-left: 0; }
  .steps li { grid-template-columns: 1.7rem 1fr; }
  .steps .expected { grid-column: 2; }
}
@media print {
  @page { size: A4; margin: 18mm 16mm; }
  :root {
    color-scheme: light;
    --paper: #fff; --card: #fff; --ink: #000; --soft: #4a5058; --rule: #d5d5d0; --faint: #f4f4f2;
    --pass: #14614a; --pass-tint: #edf6f2; --fail: #97261c; --fail-tint: #fbeeec; --part: #6e4e0c; --part-tint: #f8f1e2; --accent: #244f73;
  }
  html { font-size: 10.5pt; }
  body { max-width: none; padding: 0; }
  h2 { break-after: avoid; margin-top: 2rem; }
  tr, details.case, .conclusion, .chart { break-inside: avoid; }
  .cases { break-before: page; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`;

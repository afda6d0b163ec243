import { createHash } from 'node:crypto';
import { escapeHtml, prose } from './html.ts';
import type { MediaType, OpenApiDocument, OpenApiOperation, Parameter } from './openapi/document.ts';
import type { Schema } from './openapi/operation.ts';

export interface DocsPage {
  readonly html: string;
  /** For the Content-Security-Policy: the only style that the page may use. */
  readonly styleHash: string;
}

/** The description of the API as one page for people: no scripts, nothing from elsewhere. */
export function renderDocsPage(document: OpenApiDocument): DocsPage {
  const byTag = document.tags.map(({ name, description }) => ({
    name,
    description,
    entries: entriesOf(document, name),
  }));
  const contents = byTag.map(
    ({ name, entries }) =>
      `<li><a href="#${slug(name)}">${escapeHtml(name)}</a><ul>${entries
        .map(
          ({ operation }) =>
            `<li><a href="#${operation.operationId}">${escapeHtml(operation.summary)}</a></li>`,
        )
        .join('')}</ul></li>`,
  );
  const sections = byTag.map(
    ({ name, description, entries }) =>
      `<section><h2 id="${slug(name)}">${escapeHtml(name)}</h2><p>${prose(description)}</p>${entries
        .map(renderOperation)
        .join('')}</section>`,
  );
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${name}"><summary><code>${name}</code></summary>${block(schema)}</details>`,
  );
  const { title, version, description } = document.info;
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} API</title>
<style>${STYLE}</style>
</head>
<body>
<nav aria-label="Contents"><p><strong>${escapeHtml(title)} API</strong> ${escapeHtml(version)}</p><ul>${contents.join('')}<li><a href="#schemas">Schemas</a></li></ul></nav>
<main>
<h1>${escapeHtml(title)} API</h1>
<p>${prose(description)}</p>
<p>Requests carry an API key: <code>Authorization: Bearer KEY</code>. As OpenAPI: <a href="/api/v1/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}
<section><h2 id="schemas">Schemas</h2>${schemas.join('')}</section>
</main>
</body>
</html>
`;
  return { html, styleHash: `sha256-${createHash('sha256').update(STYLE).digest('base64')}` };
}

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: OpenApiOperation;
}

function entriesOf({ paths }: OpenApiDocument, tag: string): Entry[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

function renderOperation({ method, path, operation }: Entry): string {
  const { operationId, summary, description, parameters, requestBody, responses, security } = operation;
  const responseRows = Object.entries(responses).map(
    ([status, { description: text, content }]) =>
      `<details><summary><code>${status}</code> ${Number(status) < 400 ? prose(text) : codesIn(content)}</summary>${
        Number(status) < 400 ? renderContent(content) : `<p>${prose(text)}</p>`
      }</details>`,
  );
  return `<article id="${operationId}"><h3>${escapeHtml(summary)}</h3>
<p class="route"><code><b>${method}</b> ${escapeHtml(path)}</code>${security ? ' <span>no key needed</span>' : ''}</p>
${description ? `<p>${prose(description)}</p>` : ''}
${renderParameters(parameters)}
${requestBody ? `<h4>Body${requestBody.required ? '' : ' (optional)'}</h4>${requestBody.description ? `<p>${prose(requestBody.description)}</p>` : ''}${renderContent(requestBody.content)}` : ''}
<h4>Answers</h4>${responseRows.join('')}</article>`;
}

function renderParameters(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    ({ name, in: where, required, description, schema }) =>
      `<tr><td><code>${escapeHtml(name)}</code><br><small>${where}${required ? ', required' : ''}</small></td><td>${
        description ? prose(description) : ''
      }${limitsOf(schema)}</td></tr>`,
  );
  return `<h4>Parameters</h4><table>${rows.join('')}</table>`;
}

function limitsOf(schema: Schema): string {
  const facts: string[] = [];
  if (Array.isArray(schema.enum))
    facts.push(`one of ${schema.enum.map((value) => `<code>${escapeHtml(String(value))}</code>`).join(' ')}`);
  if (schema.minimum !== undefined) facts.push(`at least ${schema.minimum}`);
  if (schema.maximum !== undefined) facts.push(`at most ${schema.maximum}`);
  if (schema.maxLength !== undefined) facts.push(`at most ${schema.maxLength} characters`);
  if (schema.default !== undefined)
    facts.push(`<code>${escapeHtml(String(schema.default))}</code> if absent`);
  return facts.length === 0 ? '' : `<br><small>${facts.join('; ')}</small>`;
}

function renderContent(content: Readonly<Record<string, MediaType>> | undefined): string {
  return Object.entries(content ?? {})
    .map(([type, { schema, examples }]) => {
      const shown = Object.entries(examples ?? {}).map(
        ([name, { value }]) =>
          `<details><summary>Example: ${escapeHtml(name)}</summary>${block(value)}</details>`,
      );
      return `<p><small>${escapeHtml(type)}</small> ${schemaLinks(schema)}</p>${shown.join('')}`;
    })
    .join('');
}

/** Links to the shared schemas that a schema refers to. */
function schemaLinks(schema: Schema): string {
  const names = [...JSON.stringify(schema).matchAll(/#\/components\/schemas\/(\w+)/g)].map(
    ([, name]) => name as string,
  );
  return names.map((name) => `<a href="#schema-${name}">${name}</a>`).join(' ');
}

function codesIn(content: Readonly<Record<string, MediaType>> | undefined): string {
  return Object.keys(content?.['application/json']?.examples ?? {})
    .map((code) => `<code>${code}</code>`)
    .join(' ');
}

function block(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return `<pre>${escapeHtml(text)}</pre>`;
}

function slug(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}

const STYLE = `
:root{color-scheme:light dark;--line:#8885;--soft:#8882}
body{margin:0;font:16px/1.5 system-ui,sans-serif;display:grid;grid-template-columns:17rem minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1rem;box-sizing:border-box;border-right:1px solid var(--line);font-size:.9rem}
nav ul{list-style:none;padding-left:.6rem;margin:.2rem 0 .8rem}
main{padding:1rem 2rem 6rem;max-width:56rem}
article{border-top:1px solid var(--line);margin-top:2rem;padding-top:.5rem}
code,pre{font-family:ui-monospace,monospace;font-size:.875em}
pre{background:var(--soft);padding:.8rem;overflow:auto;border-radius:.3rem}
.route code{background:var(--soft);padding:.2rem .5rem;border-radius:.3rem}
.route span{font-size:.8rem;opacity:.7}
table{border-collapse:collapse;width:100%}
td{border-top:1px solid var(--line);padding:.3rem .6rem .3rem 0;vertical-align:top}
td:first-child{width:13rem}
h4{margin-bottom:.3rem}
details{margin:.2rem 0}
@media(max-width:50rem){body{display:block}nav{position:static;height:auto;border-right:0;border-bottom:1px solid var(--line)}main{padding:1rem}}
`;

import type { FastifyInstance } from 'fastify';
import { renderDocsPage } from '../docs-page.ts';
import { describeApi, type OpenApiDocument } from '../openapi/document.ts';
import { json, type Operation } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';

const description: Operation = {
  id: 'getDescription',
  method: 'GET',
  path: '/api/v1/openapi.json',
  tag: 'Operations',
  scope: 'same',
  summary: 'This description',
  description: 'OpenAPI 3.1.',
  responses: { 200: json('The description.', { type: 'object' }) },
  open: true,
};

const page: Operation = {
  id: 'getDocs',
  method: 'GET',
  path: '/docs',
  tag: 'Operations',
  scope: 'same',
  summary: 'This description for people',
  description: 'One page without scripts and without anything from another host.',
  responses: { 200: { description: 'The page.', content: { 'text/html': { schema: { type: 'string' } } } } },
  open: true,
};

/** Serves what all routes declare; `operations` may still grow until the first request. */
export function addDocsRoutes(app: FastifyInstance, operations: readonly Operation[], version: string): void {
  let document: OpenApiDocument | undefined;
  let rendered: { html: string; styleHash: string } | undefined;
  const describe = () => {
    document ??= describeApi(operations, version);
    return document;
  };

  addRoute(app, description, (_request, reply) => reply.header('cache-control', 'no-cache').send(describe()));

  addRoute(app, page, (_request, reply) => {
    rendered ??= renderDocsPage(describe());
    return reply
      .header('cache-control', 'no-cache')
      .header(
        'content-security-policy',
        `default-src 'none'; style-src '${rendered.styleHash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
      )
      .type('text/html; charset=utf-8')
      .send(rendered.html);
  });
}

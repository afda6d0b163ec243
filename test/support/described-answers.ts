import { Ajv2020 } from 'ajv/dist/2020.js';
import type { OpenApiDocument, OpenApiOperation } from '../../src/control/openapi/document.ts';

/** Holds answers of the API against its own description: throws when one is not as described, or has an error code that its operation does not name. */
export function answerChecker(document: OpenApiDocument) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  const { components } = document;
  const paths = Object.entries(document.paths).map(([template, methods]) => ({
    template,
    methods,
    // A literal path comes before one with parameters.
    parameters: template.split('{').length - 1,
    pattern: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`),
  }));
  paths.sort((a, b) => a.parameters - b.parameters);

  return (method: string, url: string, status: number, contentType: string | null, body: unknown): void => {
    const { pathname } = new URL(url, 'http://farad');
    const operation = operationOf(method, pathname);
    // Unknown paths are nobody's operation; their shape is checked all the same.
    const response = operation?.responses[String(status)];
    if (operation && !response) throw new Error(`${method} ${pathname}: status ${status} is not described`);
    const type = contentType?.split(';')[0] ?? '';
    const described = response?.content?.[type];
    if (response?.content && !described) throw new Error(`${method} ${pathname}: ${type} is not described`);
    if (response && !response.content && body !== undefined) {
      throw new Error(`${method} ${pathname}: status ${status} has a body that is not described`);
    }
    if (type !== 'application/json') return;
    const { error } = (body ?? {}) as { error?: { code?: string } | null };
    const codes = Object.keys(described?.examples ?? {});
    if (described && status >= 400 && error?.code !== undefined && !codes.includes(error.code)) {
      throw new Error(`${method} ${pathname}: the code ${error.code} of status ${status} is not described`);
    }
    const schema = described?.schema ?? { $ref: '#/components/schemas/Error' };
    const validate = ajv.compile({ ...schema, components });
    if (validate(body)) return;
    throw new Error(
      `${method} ${pathname} ${status}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`,
    );
  };

  function operationOf(method: string, pathname: string): OpenApiOperation | undefined {
    const found = paths.find(
      ({ pattern, methods }) => pattern.test(pathname) && methods[method.toLowerCase()],
    );
    return found?.methods[method.toLowerCase()];
  }
}

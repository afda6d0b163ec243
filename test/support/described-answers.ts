import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { OpenApiDocument, OpenApiOperation } from '../../src/control/openapi/document.ts';

/** The name of the description among schemas, so that each part of it is compiled once. */
const DESCRIPTION = 'https://farad.example/openapi';

/** Judges an answer of `operation`; undefined where the path is nobody's. `what` names the request. */
export type AnswerJudge = (
  what: string,
  operation: OpenApiOperation | undefined,
  status: number,
  contentType: string | null,
  body: unknown,
) => void;

/**
 * Holds answers of the API against its own description: throws when one is not as described, or has an error
 * code that its operation does not name.
 */
export function answerChecker(document: OpenApiDocument) {
  const judge = answerJudge(document);
  const paths = Object.entries(document.paths).map(([template, methods]) => ({
    methods,
    // A literal path comes before one with parameters.
    parameters: template.split('{').length - 1,
    pattern: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`),
  }));
  paths.sort((a, b) => a.parameters - b.parameters);

  return (method: string, url: string, status: number, contentType: string | null, body: unknown): void => {
    const { pathname } = new URL(url, 'http://farad');
    const found = paths.find(
      ({ pattern, methods }) => pattern.test(pathname) && methods[method.toLowerCase()],
    );
    judge(`${method} ${pathname}`, found?.methods[method.toLowerCase()], status, contentType, body);
  };
}

/** As `answerChecker`, for who knows which operation answered. */
export function answerJudge({ components }: OpenApiDocument): AnswerJudge {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: DESCRIPTION, components });
  const compiled = new Map<unknown, ValidateFunction>();
  const unknownPath = { $ref: '#/components/schemas/Error' };

  return (what, operation, status, contentType, body) => {
    // Unknown paths are nobody's operation; their shape is checked all the same.
    const response = operation?.responses[String(status)];
    if (operation && !response) throw new Error(`${what}: status ${status} is not described`);
    const type = contentType?.split(';')[0] ?? '';
    const described = response?.content?.[type];
    if (response?.content && !described) throw new Error(`${what}: ${type} is not described`);
    if (response && !response.content && body !== undefined) {
      throw new Error(`${what}: status ${status} has a body that is not described`);
    }
    if (type !== 'application/json') return;
    const { error } = (body ?? {}) as { error?: { code?: string } | null };
    const codes = Object.keys(described?.examples ?? {});
    if (described && status >= 400 && error?.code !== undefined && !codes.includes(error.code)) {
      throw new Error(`${what}: the code ${error.code} of status ${status} is not described`);
    }
    const schema = described?.schema ?? unknownPath;
    const validate = compiled.get(schema) ?? ajv.compile(withinDescription(schema));
    compiled.set(schema, validate);
    if (validate(body)) return;
    throw new Error(`${what} ${status}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`);
  };
}

/** `schema` as one of its own, whose references lead into the description. */
function withinDescription(schema: object): object {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${DESCRIPTION}#/`);
  return JSON.parse(text) as object;
}

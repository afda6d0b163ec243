import { type ErrorDeclaration, errors } from './errors.ts';

/** docs/api-errors.md: every error code of the API, by status. */
export function renderErrorReference(): string {
  const byStatus = (Object.entries(errors) as [string, ErrorDeclaration][]).sort(
    ([codeA, a], [codeB, b]) => a.status - b.status || (codeA < codeB ? -1 : 1),
  );
  const sections = byStatus.map(
    ([code, { status, message, meaning }]) =>
      `## \`${code}\`\n\nStatus ${status}. Message: \`${message}\`\n\n${meaning}\n`,
  );
  return `<!-- Written by scripts/generate-api-errors.mjs from src/control/errors.ts; change it there. -->
# Errors of the API

Every answer that is not a success has this shape, also for unknown paths and unreadable bodies:

\`\`\`json
{"error": {"code": "not_connected", "message": "Charge point CP-17 is not connected.", "details": {}}}
\`\`\`

\`code\` is stable and meant for programs, \`message\` for people. \`details\` is always an object. Messages may change.

${sections.join('\n')}`;
}

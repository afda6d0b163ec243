/**
 * Writes docs/decisions/README.md, the index of the decisions, from the records beside it.
 * With --check it writes nothing and fails if what is there is not what it would write.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const folder = new URL('../docs/decisions/', import.meta.url);
const index = new URL('README.md', folder);

/** The third line of a record, behind its title. */
const WHEN = /^Taken on (\d{4}-\d\d-\d\d); (in force|superseded by \[.+\]\(.+\.md\))\.$/;

const HEAD = `<!-- Written by scripts/generate-decisions.mjs from the records beside it; change those. -->
# Decisions

Why things are as they are: one record for each choice that somebody may want to reopen. A record changes in
place while it is in force. A superseded record stays, marked \`superseded by\` another.

The title of a new record states the decision. Then come the line \`Taken on YYYY-MM-DD; in force.\`,
**Context**, **Decision**, **Price** and **Alternatives considered**. State measurements as ratios within one
run. \`npm run generate\` adds the record to this table.

| decision | taken on | status |
| --- | --- | --- |
`;

const records = readdirSync(folder)
  .filter((file) => file.endsWith('.md') && file !== 'README.md')
  .map(readRecord)
  .sort((a, b) => a.taken.localeCompare(b.taken) || a.file.localeCompare(b.file));
const rows = records.map(
  ({ file, title, taken, status }) => `| [${title}](${file}) | ${taken} | ${status} |\n`,
);
const text = HEAD + rows.join('');

if (!process.argv.includes('--check')) {
  writeFileSync(index, text);
} else if (readFileSync(index, 'utf8') !== text) {
  console.error('docs/decisions/README.md is stale: run npm run generate');
  process.exitCode = 1;
}

function readRecord(file) {
  const [title = '', , third = ''] = readFileSync(new URL(file, folder), 'utf8').split('\n');
  const [, taken, status] = WHEN.exec(third) ?? [];
  if (!title.startsWith('# ') || taken === undefined) {
    console.error(`docs/decisions/${file}: below its title must stand "Taken on YYYY-MM-DD; in force."`);
    process.exit(1);
  }
  return { file, title: title.slice(2), taken, status };
}

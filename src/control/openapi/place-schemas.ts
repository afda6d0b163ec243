import type { Schema } from './operation.ts';
import { list, maybe, object, PRINTED, text } from './shapes.ts';

const line = (description: string, maxLength: number): Schema =>
  maybe(text(description, { minLength: 1, maxLength, pattern: PRINTED }));

const degrees = (description: string, most: number): Schema => ({
  type: 'number',
  minimum: -most,
  maximum: most,
  description,
});

const place = {
  address: line('For example street, number and town.', 300),
  bay: line('Number or name of the parking bay.', 50),
  coordinates: maybe(
    object('Where on the map (WGS 84).', {
      latitude: degrees('Degrees north.', 90),
      longitude: degrees('Degrees east.', 180),
    }),
  ),
};

const displayName = line('What people call it.', 100);
const tags = (schema: Schema) =>
  list(
    text('A tag.', { minLength: 1, maxLength: 40, pattern: PRINTED }),
    'Words by which lists are filtered.',
    {
      ...schema,
      maxItems: 20,
      uniqueItems: true,
    },
  );

/** Members of a charge point's settings for people, as they are shown. */
export const shownPlace = {
  displayName,
  place: maybe(object('Where it stands.', place)),
  tags: tags({}),
};

/** The same as they are written. */
export const writtenPlace = {
  displayName,
  place: maybe(object('Where it stands, as a whole; null: nowhere known.', place, Object.keys(place))),
  tags: tags({ type: ['array', 'null'] }),
};

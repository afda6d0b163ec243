import { PROFILE_NAMES } from '../fleet-security.ts';
import { sortNames } from '../sorted-charge-points.ts';
import type { Schema } from './operation.ts';
import { object, PRINTED, pageOf, text, time, whole } from './shapes.ts';

const yesOrNo: Schema = { type: 'string', enum: ['true', 'false'] };
const oneOf = (words: readonly string[]): Schema => ({ type: 'string', enum: words });
const words = (maxLength: number): Schema => ({ type: 'string', minLength: 1, maxLength, pattern: PRINTED });

/** Parameters of the list of charge points, as texts. */
const parameters = {
  text: words(100),
  tag: words(40),
  connected: yesOrNo,
  registration: oneOf(['Accepted', 'Pending', 'Rejected', 'Unknown']),
  status: words(50),
  securityProfile: oneOf(PROFILE_NAMES),
  profilePending: yesOrNo,
  certificateExpiresWithin: { type: 'string', pattern: '^\\d{1,5}$' },
  drift: yesOrNo,
  bay: words(50),
  sort: oneOf(sortNames.flatMap((name) => [name, `-${name}`])),
} as const satisfies Record<string, Schema>;

const query = {
  ...object(
    'Parameters of `GET /api/v1/charge-points`, as they stand in an address.',
    parameters,
    Object.keys(parameters),
  ),
  minProperties: 1,
};

/** Filters that operators have given a name. */
export const savedFilterSchemas = {
  SavedFilter: object('A choice of charge points that operators come back to.', {
    id: text('Its name.'),
    query,
    writtenBy: text('Who wrote it last: a user or an API key.'),
    writtenAt: time('When.'),
    version: whole('Rises with each change.'),
  }),
  SavedFilterUpdate: object('A filter to keep.', { query }),
  SavedFilterPage: pageOf('SavedFilter'),
} as const satisfies Record<string, Schema>;

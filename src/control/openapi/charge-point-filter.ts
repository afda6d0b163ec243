import { PROFILE_NAMES } from '../fleet-security.ts';
import type { Schema } from './operation.ts';

/** Parameters that choose charge points out of the index of the fleet; all that are there must match. */
export const chargePointFilter = {
  text: {
    type: 'string',
    minLength: 1,
    maxLength: 100,
    description:
      'Only those that have this in their identity, name, bay, address, tags, vendor, model, serial numbers, firmware, group or note, without case.',
  },
  tag: {
    type: 'string',
    minLength: 1,
    maxLength: 40,
    description: 'Only those that have this tag, without case.',
  },
  connected: {
    type: 'boolean',
    description: 'Only those whose socket is open, or only those whose is not.',
  },
  registration: {
    type: 'string',
    enum: ['Accepted', 'Pending', 'Rejected', 'Unknown'],
    description: 'Only those whose last BootNotification was answered with this; Unknown: never booted.',
  },
  status: {
    type: 'string',
    maxLength: 50,
    description: 'Only connected ones with a connector in this status, for example Faulted.',
  },
  securityProfile: {
    type: 'string',
    enum: PROFILE_NAMES,
    description:
      'Only those that have to use this security profile, or connected by it last; unknown: neither is known.',
  },
  profilePending: {
    type: 'boolean',
    description:
      'Only those that were told to use a higher profile and have not connected on it yet, or only the others.',
  },
  certificateExpiresWithin: {
    type: 'integer',
    minimum: 0,
    maximum: 36_500,
    description:
      'Only those whose client certificate ends in so many days, or has ended; certificates that were renewed do not count.',
  },
  drift: {
    type: 'boolean',
    description:
      'Only those whose configuration is not all that configuration templates want of it, or only the others.',
  },
  bay: {
    type: 'string',
    minLength: 1,
    maxLength: 50,
    description: 'Only those in this bay, without case.',
  },
} as const satisfies Record<string, Schema>;

import type { SentCall } from './edges.ts';
import { type ApiError, apiError } from './errors.ts';

/** The error that a call comes to which the charge point did not answer; undefined where it did. */
export function refusalOf(sent: SentCall, id: string, action: string): ApiError | undefined {
  switch (sent.outcome) {
    case 'result':
    case 'error':
      return undefined;
    case 'not_connected':
      return apiError('not_connected', { id });
    case 'queue_full':
      return apiError('queue_full', { id });
    case 'not_recorded':
      return apiError('storage_full', {});
    case 'security_profile_not_raised':
      return apiError('security_profile_not_raised', { id, current: 'not lower' });
    case 'security_prerequisites_missing':
      return apiError('security_prerequisites_missing', {
        id,
        profile: 'wanted',
        reasons: 'something is missing',
      });
    case 'registration_state':
      return apiError(
        'registration_state',
        { id, action, registration: sent.registration },
        { registration: sent.registration },
      );
    default: {
      const { outcome, messageId } = sent;
      const isUnsent = outcome === 'timeout' && sent.sent === false;
      return apiError(
        outcome,
        { id, action },
        { ...(messageId !== undefined && { messageId }), ...(isUnsent && { sent: false }) },
      );
    }
  }
}

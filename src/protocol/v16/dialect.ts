import { ERROR_CODES, type ErrorCode } from '../error-code.ts';
import { callScanner } from '../scan-call.ts';
import type { Dialect } from '../version.ts';
import {
  CENTRAL_SYSTEM_ACTIONS,
  CHARGE_POINT_ACTIONS,
  hasNoSecrets,
  isAction,
  isCentralSystemAction,
  isChargePointAction,
  isForWorkers,
  maySendSecrets,
} from './actions.ts';
import { ACTIONS } from './generated/messages.ts';
import { requestSchemas } from './generated/request-schemas.ts';
import { orders } from './orders.ts';
import { scanPlainPayload } from './scan-plain-payload.ts';
import { checkRequest, checkResponse } from './validate.ts';

/** OCPP 1.6 edition 2 with its security extension, over OCPP-J 1.6. */
export const ocpp16: Dialect = {
  version: '1.6',
  subprotocol: 'ocpp1.6',
  chargePointActions: CHARGE_POINT_ACTIONS,
  centralSystemActions: CENTRAL_SYSTEM_ACTIONS,
  // Farad names them as 1.6 writes them.
  errorCodes: Object.fromEntries(ERROR_CODES.map((code) => [code, code])) as Record<ErrorCode, string>,
  orders,
  requestSchemas,
  isAction,
  isChargePointAction,
  isCentralSystemAction,
  checkRequest: checkRequest as Dialect['checkRequest'],
  checkResponse: checkResponse as Dialect['checkResponse'],
  scanCall: callScanner(ACTIONS),
  scanPayload: scanPlainPayload,
  isForWorkers,
  maySendSecrets,
  hasNoSecrets,
};

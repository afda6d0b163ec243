import { describe, expect, test } from 'vitest';
import type { Action, Schema } from '../../../src/console/ocpp-schema.ts';
import { missingMember, startingPayload } from '../../../src/console/payload.ts';

const text: Schema = { type: 'string', maxLength: 20 };
const remoteStart: Action = {
  name: 'RemoteStartTransaction',
  schema: {
    type: 'object',
    properties: { connectorId: { type: 'integer' }, idTag: text },
    required: ['idTag'],
  },
  example: { connectorId: 1, idTag: '04A2B3C4D5' },
};
const entry: Schema = {
  type: 'object',
  properties: {
    idTag: text,
    idTagInfo: {
      type: 'object',
      properties: { parentIdTag: text, status: { type: 'string', enum: ['Accepted'] } },
      required: ['status'],
    },
  },
  required: ['idTag'],
};
const sendList: Action = {
  name: 'SendLocalList',
  schema: {
    type: 'object',
    properties: { listVersion: { type: 'integer' }, localAuthorizationList: { type: 'array', items: entry } },
    required: ['listVersion'],
  },
  example: {
    listVersion: 7,
    localAuthorizationList: [{ idTag: 'CARD-1', idTagInfo: { status: 'Accepted', parentIdTag: 'FLEET' } }],
  },
};

describe('what a form begins with', () => {
  test('text that only people know is empty, whatever the example says', () => {
    expect(startingPayload(remoteStart)).toEqual({ connectorId: 1, idTag: '' });
  });

  test('the connector is the first that the charge point has', () => {
    expect(startingPayload(remoteStart, 2)).toMatchObject({ connectorId: 2 });
  });

  test('inside of lists, too; optional text is left out, numbers and words of the standard stay', () => {
    expect(startingPayload(sendList)).toEqual({
      listVersion: 7,
      localAuthorizationList: [{ idTag: '', idTagInfo: { status: 'Accepted' } }],
    });
  });

  test('times lie ahead', () => {
    const reserve: Action = {
      name: 'ReserveNow',
      schema: { properties: { expiryDate: { type: 'string', format: 'date-time' } } },
      example: { expiryDate: '2020-01-01T00:00:00Z' },
    };
    expect(Date.parse(String(startingPayload(reserve).expiryDate))).toBeGreaterThan(Date.now());
  });
});

describe('what is missing', () => {
  test('is named where a required member is empty, also inside of lists', () => {
    expect(missingMember(remoteStart.schema, startingPayload(remoteStart))).toBe('idTag');
    expect(missingMember(sendList.schema, startingPayload(sendList))).toBe('localAuthorizationList.0.idTag');
  });

  test('is nothing once it is filled in, and nothing that is optional', () => {
    expect(missingMember(remoteStart.schema, { idTag: 'CARD-1' })).toBeUndefined();
    expect(missingMember(sendList.schema, { listVersion: 0 })).toBeUndefined();
  });

  test('is not the value of a configuration key, which may be empty', () => {
    const change: Schema = { properties: { key: text, value: text }, required: ['key', 'value'] };
    expect(missingMember(change, { key: 'LocalAuthListEnabled', value: '' })).toBeUndefined();
    expect(missingMember(change, { key: '', value: '' })).toBe('key');
  });
});

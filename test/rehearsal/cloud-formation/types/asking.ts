import { ROOT_CREDENTIALS } from '../../../../lib/rehearsal/iam/principals';
import type { ResourceRequest } from '../../../../lib/rehearsal/cloud-formation/resource-type';
import { type PlayedTypes, playedTypes } from '../../../../lib/rehearsal/cloud-formation/types/played-types';
import type { PlayedType } from '../../../../lib/rehearsal/cloud-formation/types/played-type';
import type { JsonObject } from '../../../../lib/json';
import { runContext } from '../../../../lib/run-context';

/** The account of the tests. */
export const TEST_ACCOUNT = { accountId: '123456789012', region: 'ap-northeast-2' } as const;

/** The types of an account whose services, and whose moto, are at one URL. */
export function typesAt(url: string): PlayedTypes {
  return playedTypes({ ...TEST_ACCOUNT, endpoint: url, moto: url, run: runContext() });
}

/** One of the types. */
export function typeOf({ types }: PlayedTypes, name: string): PlayedType {
  const found = types.find(({ type }) => type === name);
  if (found === undefined) throw new Error(`There is no type ${name}`);
  return found;
}

/** A request for a resource of the stack `lab`. */
export function request(properties: JsonObject, changes: Partial<ResourceRequest> = {}): ResourceRequest {
  return {
    logicalId: 'Thing',
    properties,
    stack: { ...TEST_ACCOUNT, id: 'arn:aws:cloudformation:ap-northeast-2:123456789012:stack/lab/1', name: 'lab', partition: 'aws', tags: {} },
    token: 'token-1',
    credentials: ROOT_CREDENTIALS,
    signal: new AbortController().signal,
    initiated: () => undefined,
    ...changes,
  };
}

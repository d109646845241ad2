import type { JsonObject } from '../../lib/json';
import { readConditions } from '../../lib/kubernetes/objects';

describe('the conditions of an object', () => {
  const body: JsonObject = {
    metadata: { name: 'default', generation: 2 },
    status: {
      conditions: [
        { type: 'Ready', status: 'True', observedGeneration: 1 },
        { type: 'SubnetsReady', status: 'False', reason: 'SubnetsNotFound', observedGeneration: 2 },
        { type: 'Accepted', status: 'later' },
      ],
    },
  };

  test('are all read, and a status that Kubernetes does not know is Unknown', () => {
    expect(readConditions(body).map(({ type, status }) => `${type} ${status}`)).toEqual(['Ready True', 'SubnetsReady False', 'Accepted Unknown']);
  });

  test('are current where they speak of no earlier generation', () => {
    expect(readConditions(body).filter(({ isCurrent }) => isCurrent).map(({ type }) => type)).toEqual(['SubnetsReady', 'Accepted']);
  });

  test('are none where there is no object', () => {
    expect(readConditions(undefined)).toEqual([]);
  });
});

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type * as main from '../../../lib/removal/guard/main';

const BUNDLE = resolve(__dirname, '../../../dist/drain-guard/index.js');

describe('the code that the guard\'s functions run', () => {
  it('needs only what the runtime of Lambda brings along', () => {
    const required = [...readFileSync(BUNDLE, 'utf8').matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name ?? '');
    expect(required).not.toEqual([]);
    expect(required.filter((name) => !name.startsWith('node:') && !name.startsWith('@aws-sdk/'))).toEqual([]);
  });

  it('is small, so that it starts quickly', () => {
    expect(readFileSync(BUNDLE).length).toBeLessThan(100_000);
  });

  it('has the two functions that the stack names', async () => {
    const { onEvent, isComplete } = await import(BUNDLE) as typeof main;
    const event = { RequestType: 'Create', ResourceProperties: { ClusterName: 'karpenter-lab', ControllerNamespace: 'kube-system', ControllerName: 'karpenter' } } as const;
    expect(await onEvent(event)).toEqual({ PhysicalResourceId: 'drain-guard' });
    expect(await isComplete(event)).toEqual({ IsComplete: true });
  });
});

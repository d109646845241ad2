import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { arrayAt, objectAt, parseJson, textAt } from '../../../lib/json';
import type * as main from '../../../lib/removal/guard/main';

const DIST = resolve(__dirname, '../../../dist');
const BUNDLE = join(DIST, 'drain-guard/index.js');

describe('the code that the guard\'s functions run', () => {
  /** What esbuild notes of the bundle. */
  const bundle = () => objectAt(parseJson(readFileSync(join(DIST, 'synthesis.json'), 'utf8')), 'outputs', 'dist/drain-guard/index.js');

  it('needs only what the runtime of Lambda brings along', () => {
    const required = arrayAt(bundle(), 'imports').filter((each) => textAt(each, 'kind') === 'require-call').map((each) => textAt(each, 'path') ?? '');
    expect(required).not.toEqual([]);
    expect(required.filter((name) => !isBuiltin(name) && !name.startsWith('@aws-sdk/'))).toEqual([]);
  });

  it('is made of the rooms that a drain needs: nothing that plans, reads an assembly or builds a stack', () => {
    const inputs = Object.keys(objectAt(bundle(), 'inputs')).filter((path) => !path.includes('node_modules/'));
    const rooms = new Set(inputs.flatMap((path) => /^(?:lib\/)?([\w-]+)\//.exec(path)?.[1] ?? []));
    expect([...rooms].toSorted()).toEqual(['aws', 'config', 'kubernetes', 'lib', 'removal']);
    // By its label a namespace is known as a seat. The rest of that room checks what an instructor writes.
    expect(inputs.filter((path) => path.startsWith('lib/config/'))).toEqual(['lib/config/seats.ts']);
  });

  it('brings the signer of the SDK along, which the runtime does not promise', () => {
    const packages = new Set(Object.keys(objectAt(bundle(), 'inputs')).flatMap((path) => /node_modules\/(@[\w-]+\/[\w-]+|[\w-]+)\//.exec(path)?.[1] ?? []));
    expect([...packages]).toEqual(expect.arrayContaining(['@smithy/signature-v4']));
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

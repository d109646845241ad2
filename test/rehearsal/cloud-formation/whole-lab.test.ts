import type { ResourceType } from '../../../lib/rehearsal/cloud-formation/resource-type';
import { isCustomType } from '../../../lib/rehearsal/cloud-formation/stack-template';
import { typicalSeconds } from '../../../lib/plan/time-estimate';
import { type SynthesizedLab, synthLab } from '../../support/synth-lab';
import { FakeTypes } from './fake-types';
import { PlayedAccount } from './played-account';
import { textAt } from '../../../lib/json';

describe('the lab\'s own template is walked whole', () => {
  let lab: SynthesizedLab;
  let fakes: FakeTypes;
  let account: PlayedAccount;
  const standing = new Set<string>();
  const missed: string[] = [];

  const typesOf = (): readonly ResourceType[] => {
    const types = new Set([...lab.synthesized.resources.values()].map(({ type }) => type));
    return [...types].filter((type) => !isCustomType(type)).map((type) => fakes.of(type));
  };
  const isMade = (logicalId: string): void => {
    missed.push(...[...lab.synthesized.graph.dependenciesOf(logicalId)].filter((id) => !standing.has(id)).map((id) => `${logicalId} is made without ${id}`));
    standing.add(logicalId);
  };
  const isDeleted = (logicalId: string): void => {
    missed.push(...[...lab.synthesized.graph.dependentsOf(logicalId)].filter((id) => standing.has(id)).map((id) => `${logicalId} is deleted before ${id}`));
    standing.delete(logicalId);
  };

  beforeAll(async () => {
    lab = await synthLab();
    fakes = new FakeTypes();
    account = await PlayedAccount.start(typesOf(), { compression: 2000 });
    account.ssm.set('/cdk-bootstrap/hnb659fds/version', '30');
    fakes.onDone = (verb, logicalId) => verb === 'create' ? isMade(logicalId) : isDeleted(logicalId);
    account.onInvoke = (event) => {
      const logicalId = textAt(event, 'LogicalResourceId') ?? '';
      if (textAt(event, 'RequestType') === 'Create') isMade(logicalId);
      else isDeleted(logicalId);
      const body = JSON.stringify({ Status: 'SUCCESS', PhysicalResourceId: `${logicalId}-made` });
      void fetch(textAt(event, 'ResponseURL') ?? '', { method: 'PUT', body });
    };
  });

  afterAll(() => account.stop());

  it('into an account, in an order in which nothing misses what it depends on', async () => {
    expect(await account.deploy('CREATE', lab.template.toJSON())).toBe('CREATE_COMPLETE');
    expect(missed).toEqual([]);
    expect([...standing].toSorted()).toEqual([...lab.synthesized.resources.keys()].toSorted());
    expect((await account.described())?.Outputs).toContainEqual(expect.objectContaining({ OutputKey: 'ClusterName' }));
    expect(account.findings).toEqual([]);
  });

  it('and out of it again', async () => {
    expect(await account.delete()).toBe('DELETE_COMPLETE');
    expect(missed).toEqual([]);
    expect(standing.size).toBe(0);
  });
});

describe('a resource takes its typical time, compressed', () => {
  it('or longer, where the work itself does', async () => {
    const fakes = new FakeTypes();
    const type = 'AWS::EC2::NatGateway';
    const account = await PlayedAccount.start([fakes.of(type)], { compression: 200 });
    try {
      const began = performance.now();
      expect(await account.create({ Resources: { Nat: { Type: type } } })).toBe('CREATE_COMPLETE');
      expect(performance.now() - began).toBeGreaterThanOrEqual(typicalSeconds({ type }) * 1000 / 200 - 10);
    } finally {
      await account.stop();
    }
  });
});

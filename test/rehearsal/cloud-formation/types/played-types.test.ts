import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Property } from '@aws-cdk/service-spec-types';
import { unplayedProperties } from '../../../../lib/rehearsal/cloud-formation/types/played-types';
import type { JsonObject } from '../../../../lib/json';
import type { SynthesizedStack } from '../../../../lib/assembly/synthesized-stack';
import { synthLab } from '../../../support/synth-lab';
import { request, typeOf, typesAt } from './asking';

const played = typesAt('http://127.0.0.1:1');

/** Configurations that together give every type and property. */
const CONFIGURATIONS: readonly JsonObject[] = [
  {},
  { expiresAt: '2026-12-01T18:00+09:00', admins: ['arn:aws:iam::123456789012:role/Teacher'], apiAccess: ['203.0.113.7/32'], tags: { Course: 'karpenter' } },
  { natGateways: 3, systemNodes: { instanceType: 't4g.medium', count: 3 }, karpenter: { capacityTypes: ['spot'], architectures: ['arm64'], namespace: 'karpenter' } },
];

describe('the types that a rehearsal can make', () => {
  afterAll(() => played.close());

  it.each(CONFIGURATIONS)('are all of the lab with %j, and all their properties', async (overrides) => {
    const { synthesized } = await synthLab(overrides);
    expect(unplayed(synthesized)).toEqual([]);
  });

  it('have each name once', () => {
    const names = played.types.map(({ type }) => type);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(played.types.filter(({ type }) => type !== 'AWS::CDK::Metadata').map((type) => [type.type, type] as const))('replace %s where CloudFormation does', (name, type) => {
    const properties = propertiesOf(name);
    const replacing = (causes: readonly (string | undefined)[]): readonly string[] =>
      [...type.replacedBy, ...type.updatedBy].filter((property) => causes.includes(properties[property]?.causesReplacement)).sort();
    // A schedule cannot move to another group, whatever the schema says.
    const known = type.replacedBy.filter((property) => `${name}.${property}` !== 'AWS::Scheduler::Schedule.GroupName');
    expect(known.filter((property) => !replacing(['yes', 'maybe']).includes(property))).toEqual([]);
    expect(type.updatedBy.filter((property) => replacing(['yes']).includes(property))).toEqual([]);
    expect([...type.replacedBy, ...type.updatedBy].filter((property) => properties[property] === undefined)).toEqual([]);
  });

  it('change in place all that is not replaced', () => {
    expect(played.types.filter(({ update, updatedBy }) => (update === undefined) !== (updatedBy.length === 0)).map(({ type }) => type)).toEqual([]);
  });

  it('fail when a property is misspelt, before anything is made', async () => {
    const call = typeOf(played, 'AWS::EC2::VPC').create(request({ CidrBlok: '10.0.0.0/16' }));
    await expect(call).rejects.toMatchObject({
      name: 'InvalidRequest',
      message: 'Encountered unsupported property CidrBlok: the rehearsal plays none of that name for AWS::EC2::VPC.',
    });
  });
});

function unplayed(stack: SynthesizedStack): readonly string[] {
  return [...stack.resources.values()].filter(({ type }) => !type.startsWith('Custom::')).flatMap(({ logicalId, type, properties }) => {
    const known = played.types.find((candidate) => candidate.type === type);
    return known === undefined ? [`${logicalId}: ${type}`] : unplayedProperties(known, properties).map((property) => `${logicalId}: ${type}.${property}`);
  });
}

const spec = loadAwsServiceSpecSync();

function propertiesOf(type: string): Readonly<Record<string, Property>> {
  const [resource] = spec.lookup('resource', 'cloudFormationType', 'equals', type);
  return resource?.properties ?? {};
}

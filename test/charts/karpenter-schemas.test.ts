import { manifestOf } from '../../charts/manifest';
import { DEFAULT_CONFIG, labCharts } from './default-lab-charts';
import { KARPENTER_SCHEMAS, schemaErrors } from './karpenter-schema';

const { nodeClass, nodePool } = labCharts().nodePool;

/** A copy of an object in which the field at a path has another value, or is left out where the value is undefined. */
function withField(object: object, path: string, value: unknown): object {
  const copy = structuredClone(object);
  const keys = path.split('.');
  const last = keys.pop() as string;
  const parent = keys.reduce<Record<string, unknown>>(
    (current, key) => current[key] as Record<string, unknown>,
    copy as Record<string, unknown>,
  );
  if (value === undefined) {
    delete parent[last];
  } else {
    parent[last] = value;
  }
  return copy;
}

const NOT_IN_ENUM = 'must be equal to one of the allowed values';
const UNKNOWN_FIELD = 'must NOT have additional properties';

describe('the Karpenter schemas', () => {
  // npm run upgrade:karpenter writes them anew.
  test.each(Object.entries(KARPENTER_SCHEMAS))('of %s are those of the pinned version', (_kind, schema) => {
    expect(schema['x-provenance'].karpenterVersion).toBe(DEFAULT_CONFIG.karpenter.version);
  });

  test.each([
    ['an unknown field', 'spec.template.spec.kubelet', {}, UNKNOWN_FIELD],
    ['a field of the status', 'status', {}, UNKNOWN_FIELD],
    ['an old API version', 'apiVersion', 'karpenter.sh/v1beta1', 'must be equal to constant'],
    ['a consolidation policy that does not exist', 'spec.disruption.consolidationPolicy', 'Always', NOT_IN_ENUM],
    ['a null', 'spec.disruption.consolidationPolicy', null, 'must be string'],
    ['no consolidateAfter', 'spec.disruption.consolidateAfter', undefined, "must have required property 'consolidateAfter'"],
    ['a duration without a unit', 'spec.template.spec.expireAfter', '720', 'must match pattern'],
    ['a number where text is due', 'spec.template.spec.requirements.4.values.0', 4, 'must be string'],
    ['a limit that is no quantity', 'spec.limits.memory', 'plenty', 'must match pattern'],
    ['a weight above 100', 'spec.weight', 101, 'must be <= 100'],
  ])('fails when a NodePool has %s', (_what, path, value, message) => {
    const errors = schemaErrors('NodePool', withField(manifestOf(nodePool), path, value));
    expect(errors).toContainEqual(expect.stringContaining(message));
  });

  test.each([
    ['an unknown field', 'spec.subnetSelector', {}, UNKNOWN_FIELD],
    ['an unknown field in a list', 'spec.blockDeviceMappings.0.ebs.size', '20Gi', UNKNOWN_FIELD],
    ['no subnet selector', 'spec.subnetSelectorTerms', undefined, "must have required property 'subnetSelectorTerms'"],
    ['no image', 'spec.amiSelectorTerms', [], 'must NOT have fewer than 1 items'],
    ['a volume without a unit', 'spec.blockDeviceMappings.0.ebs.volumeSize', '20', 'must match pattern'],
    ['metadata tokens neither required nor optional', 'spec.metadataOptions.httpTokens', 'on', NOT_IN_ENUM],
    ['a hop limit of zero', 'spec.metadataOptions.httpPutResponseHopLimit', 0, 'must be >= 1'],
  ])('fails when an EC2NodeClass has %s', (_what, path, value, message) => {
    const errors = schemaErrors('EC2NodeClass', withField(manifestOf(nodeClass), path, value));
    expect(errors).toContainEqual(expect.stringContaining(message));
  });

  // The limit of these schemas: rules between fields are CEL, which only an API server checks.
  test('do not know that role and instanceProfile exclude each other', () => {
    const both = withField(manifestOf(nodeClass), 'spec.instanceProfile', 'test-profile');
    expect(schemaErrors('EC2NodeClass', both)).toEqual([]);
  });
});

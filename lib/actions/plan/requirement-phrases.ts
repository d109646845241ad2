import type { NodeRequirement } from '../../assembly/node-provisioning-view';

const CATEGORY = 'karpenter.k8s.aws/instance-category';
const GENERATION = 'karpenter.k8s.aws/instance-generation';
const HYPERVISOR = 'karpenter.k8s.aws/instance-hypervisor';

/** Keys whose values say by themselves what they are about. */
const TELLING_KEYS: readonly string[] = [
  'kubernetes.io/arch',
  'karpenter.sh/capacity-type',
  'karpenter.k8s.aws/instance-family',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/zone',
];

/** What a NodePool requires of its nodes, as people say it: `c, m, r generation 5+`, `amd64`, `on-demand`, `no bare metal`. */
export function requirementPhrases(requirements: readonly NodeRequirement[]): readonly string[] {
  const family = familyPhrase(requirements);
  const rest = requirements.filter(({ key }) => family === undefined || (key !== CATEGORY && key !== GENERATION));
  return [...(family === undefined ? [] : [family]), ...rest.flatMap(requirementPhrase)];
}

/** Category and generation in one, where each is required once and in the usual way. */
function familyPhrase(requirements: readonly NodeRequirement[]): string | undefined {
  const [categories, ...otherCategories] = requirements.filter(({ key }) => key === CATEGORY);
  const [generation, ...otherGenerations] = requirements.filter(({ key }) => key === GENERATION);
  const first = generation === undefined ? undefined : firstGeneration(generation);
  if (categories?.operator !== 'In' || first === undefined || otherCategories.length + otherGenerations.length > 0) return undefined;
  return `${categories.values.join(', ')} generation ${first}+`;
}

function firstGeneration({ operator, values: [bound] }: NodeRequirement): number | undefined {
  if (operator === 'Gt') return Number(bound) + 1;
  return operator === 'Gte' ? Number(bound) : undefined;
}

function requirementPhrase(requirement: NodeRequirement): readonly string[] {
  const { key, operator, values } = requirement;
  const isOnly = (value: string): boolean => operator === 'In' && values.length === 1 && values[0] === value;
  if (key === 'kubernetes.io/os' && isOnly('linux')) return []; // There is no other in this lab.
  if (key === HYPERVISOR && isOnly('nitro')) return ['no bare metal'];
  if (operator === 'In' && TELLING_KEYS.includes(key)) return [values.join(' or ')];
  return [[key.slice(key.lastIndexOf('/') + 1), operator, values.join(', ')].filter((part) => part !== '').join(' ')];
}

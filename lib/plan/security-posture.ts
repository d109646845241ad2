import type { AccessEntryView, InstanceMetadataView } from '../assembly/cluster-view';
import { kubernetesObjects } from '../assembly/kubernetes-objects';
import type { LabView } from '../assembly/lab-view';
import { arrayAt, numberAt, textAt } from '../json';
import { counted, listed } from '../words';
import { ownerOf } from './concern-of-resource';
import type { SecurityPosture } from './plan-result';

/** The access policy that makes a principal cluster-admin. */
const ADMIN_POLICY = 'AmazonEKSClusterAdminPolicy';

/** Karpenter's default for nodes whose EC2NodeClass sets no metadata options. */
const NODE_CLASS_METADATA: Required<InstanceMetadataView> = { httpTokens: 'required', hopLimit: 1 };

/** Who reaches the Kubernetes API, who is admin, and what protects the nodes. */
export function describeSecurity(lab: LabView): SecurityPosture {
  const { cluster } = lab;
  return {
    apiAccess: cluster.publicAccessCidrs,
    endpoint: cluster.isPublic ? 'public and private' : 'private',
    admins: peopleWhoAreAdmin(lab).map(({ principal }) => principal),
    facts: [
      authenticationFact(lab),
      ...ownAccessFacts(lab),
      ...nodeMetadataFacts(lab),
      podIdentityFact(lab),
      ...deadlineFacts(lab),
      ...seatFacts(lab),
      `${addressFact(lab)}; ${logFact(lab)}.`,
    ],
  };
}

/** Cluster-admins that are not roles of this stack. */
export function peopleWhoAreAdmin({ accessEntries }: LabView): readonly AccessEntryView[] {
  return accessEntries.filter((entry) => isAdmin(entry) && entry.principalLogicalId === undefined);
}

function isAdmin({ policies }: AccessEntryView): boolean {
  return policies.includes(ADMIN_POLICY);
}

/** What a student may do, who comes in by a token and not by AWS. */
function seatFacts({ class: seats, karpenter }: LabView): readonly string[] {
  return seats === undefined ? [] : [
    `${counted(seats.seats.length, 'seat')}: each student has rights in one namespace, and reads nodes, NodePools and the logs in ${karpenter.namespace}.`,
  ];
}

function authenticationFact({ cluster }: LabView): string {
  const mode = cluster.authenticationMode === 'API'
    ? 'Access entries only, no aws-auth map'
    : `The aws-auth map decides too (authentication mode ${cluster.authenticationMode})`;
  const creator = cluster.grantsCreatorAdmin ? 'stays cluster-admin' : 'keeps no rights';
  return `${mode}; whoever deploys ${creator}.`;
}

/** What the stack's own tools may do in Kubernetes: who applies manifests, who drains. */
function ownAccessFacts(lab: LabView): readonly string[] {
  const own = ownAccess(lab).map(({ owner, rights }) => `${owner} (${rights.map((right) => right === ADMIN_POLICY ? 'cluster-admin' : right).join(', ')})`);
  return own.length === 0 ? [] : [`Own roles: ${own.join(', ')}.`];
}

function nodeMetadataFacts({ nodeGroups, nodeClass }: LabView): readonly string[] {
  const karpenterNodes: InstanceMetadataView = {
    httpTokens: textAt(nodeClass.metadataOptions, 'httpTokens') ?? NODE_CLASS_METADATA.httpTokens,
    hopLimit: numberAt(nodeClass.metadataOptions, 'httpPutResponseHopLimit') ?? NODE_CLASS_METADATA.hopLimit,
  };
  const systemNodes = nodeGroups.map(({ metadata }) => metadataPhrase(metadata ?? {}));
  const phrases = [...systemNodes, metadataPhrase(karpenterNodes)];
  if (new Set(phrases).size === 1) return [`All nodes ${phrases[0]}.`];
  return [
    ...systemNodes.map((phrase) => `System nodes ${phrase}.`),
    `Karpenter's nodes ${metadataPhrase(karpenterNodes)}.`,
  ];
}

function metadataPhrase({ httpTokens, hopLimit }: InstanceMetadataView): string {
  const version = httpTokens === 'required' ? 'require IMDSv2' : 'accept IMDSv1';
  const reach = hopLimit === 1 ? 'pods cannot take their credentials' : 'pods may be able to take their credentials';
  return `${version}, hop limit ${hopLimit ?? 'of the EC2 default'}: ${reach}`;
}

function podIdentityFact({ podIdentities }: LabView): string {
  return `AWS credentials by EKS Pod Identity: ${listed(podIdentities.map(({ serviceAccount }) => serviceAccount))}.`;
}

function deadlineFacts({ deadline }: LabView): readonly string[] {
  return deadline === undefined ? [] : [`Schedule ${deadline.scheduleName} may delete this stack and nothing else, once.`];
}

function addressFact({ network }: LabView): string {
  const mapping = network.subnets.filter(({ mapsPublicAddresses }) => mapsPublicAddresses);
  return mapping.length === 0
    ? 'No subnet gives public addresses'
    : `${counted(mapping.length, 'subnet')} ${mapping.length === 1 ? 'gives' : 'give'} public addresses`;
}

function logFact(lab: LabView): string {
  const { stack, cluster } = lab;
  const retained = stack.resourcesOfType('AWS::Logs::LogGroup').filter(({ deletionPolicy }) => deletionPolicy === 'Retain');
  if (retained.length > 0) return `${counted(retained.length, 'log group')} ${retained.length === 1 ? 'stays' : 'stay'} after the stack: ${listed(retained.map((group) => stack.nameOf(group) ?? ownerOf(lab, group.logicalId)))}`;
  return cluster.logTypes.length === 0 ? 'no control-plane log is on' : 'control-plane logs go with the stack';
}

/** A role of the stack that may do something in Kubernetes. */
interface OwnAccess {
  /** Who has the role, in words: `kubectl handler`. */
  readonly owner: string;
  /** Access policies of EKS, or what the stack's RBAC lets the role do: `get`, `list`. */
  readonly rights: readonly string[];
}

/** What roles of the stack itself may do in Kubernetes, in the order of the template. */
function ownAccess(lab: LabView): readonly OwnAccess[] {
  return lab.accessEntries.flatMap((entry) => {
    const rights = [...entry.policies, ...verbsOf(lab, entry)];
    return entry.principalLogicalId === undefined || entry.type !== 'STANDARD' || rights.length === 0
      ? [] : [{ owner: ownerOf(lab, entry.principalLogicalId), rights }];
  });
}

/** The verbs that the stack's own cluster roles give to the groups of an entry. */
function verbsOf({ stack }: LabView, { groups }: AccessEntryView): readonly string[] {
  const objects = kubernetesObjects(stack);
  const roleNames = objects
    .filter(({ kind, body }) => kind === 'ClusterRoleBinding'
      && arrayAt(body, 'subjects').some((subject) => textAt(subject, 'kind') === 'Group' && groups.includes(textAt(subject, 'name') ?? '')))
    .map(({ body }) => textAt(body, 'roleRef', 'name'));
  const verbs = objects
    .filter(({ kind, name }) => kind === 'ClusterRole' && roleNames.includes(name))
    .flatMap(({ body }) => arrayAt(body, 'rules'))
    .flatMap((rule) => arrayAt(rule, 'verbs').flatMap((verb) => textAt(verb) ?? []));
  return [...new Set(verbs)].sort();
}

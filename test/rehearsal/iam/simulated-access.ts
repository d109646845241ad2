import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import type { JsonObject } from '../../../lib/json';

/** Account in which the accesses of tests happen. */
export const ACCOUNT = '123456789012';

export const REGION = 'ap-northeast-2';

/** An access as the independent evaluator takes it. */
export interface SimulatedAccess {
  readonly action: string;
  readonly resource: string;
  readonly keys: Readonly<Record<string, string | readonly string[]>>;
}

const EFFECTS = { Allowed: 'allowed', ExplicitlyDenied: 'explicitDeny', ImplicitlyDenied: 'implicitDeny' } as const;

/** What an evaluator that is none of ours says to an access. */
export function simulated(
  { action, resource, keys }: SimulatedAccess,
  { identity = [], ofResource, principal = `arn:aws:iam::${ACCOUNT}:role/Tested` }: { readonly identity?: readonly JsonObject[]; readonly ofResource?: JsonObject; readonly principal?: string },
): 'allowed' | 'explicitDeny' | 'implicitDeny' {
  return EFFECTS[runUnsafeSimulation({
    request: {
      principal,
      action,
      resource: { resource, accountId: ACCOUNT },
      contextVariables: Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]])),
    },
    identityPolicies: identity.map((policy, index) => ({ name: `policy ${index}`, policy })),
    resourcePolicy: ofResource,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }, {})];
}

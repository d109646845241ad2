import { runSimulation, runUnsafeSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
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

/** What an evaluator that is none of ours says to an access of a role with these policies. It takes every key as it comes. */
export function simulated(access: SimulatedAccess, policies: readonly JsonObject[]): 'allowed' | 'explicitDeny' | 'implicitDeny' {
  const identityPolicies = policies.map((policy, index) => ({ name: `policy ${index}`, policy }));
  return EFFECTS[runUnsafeSimulation({ ...simulation(access, `arn:aws:iam::${ACCOUNT}:role/Tested`), identityPolicies }, {})];
}

/** What it says to an access of an AWS service to a resource with this policy. */
export async function simulatedForService(access: SimulatedAccess, resourcePolicy: JsonObject, service: string): Promise<'allowed' | 'explicitDeny' | 'implicitDeny'> {
  const results = await runSimulation({ ...simulation(access, service), resourcePolicy }, {});
  if (results.resultType === 'error') throw new Error(JSON.stringify(results.errors));
  return EFFECTS[results.overallResult];
}

function simulation({ action, resource, keys }: SimulatedAccess, principal: string): Simulation {
  return {
    request: {
      principal,
      action,
      resource: { resource, accountId: ACCOUNT },
      contextVariables: Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]])),
    },
    identityPolicies: [],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
}

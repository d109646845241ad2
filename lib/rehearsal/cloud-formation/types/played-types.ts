import type { Account } from '../../account';
import type { JsonObject } from '../../../json';
import type { MadeResource, ResourceRequest } from '../resource-type';
import { accessTypes } from './access-types';
import { clusterTypes } from './cluster-types';
import { functionTypes } from './function-types';
import { launchTemplateTypes } from './launch-template-type';
import { messageTypes } from './message-types';
import { networkTypes } from './network-types';
import { nodeTypes } from './node-types';
import { type PlayedType, ResourceFailure } from './played-type';
import { policyTypes } from './policy-types';
import { ResourceClients } from './resource-clients';
import { roleTypes } from './role-types';
import { routeTypes } from './route-types';
import { securityGroupTypes } from './security-group-types';
import { smallTypes } from './small-types';

/** The types that CloudFormation can make in a rehearsal. Of AWS's own, there is no other. */
export interface PlayedTypes {
  readonly types: readonly PlayedType[];
  /** Closes the connections by which they work. */
  close(): void;
}

/**
 * Every type of AWS's own that a configuration of the lab can give, as resources of an account: through its services' APIs,
 * with the keys of whoever deploys.
 */
export function playedTypes(account: Pick<Account, 'endpoint' | 'moto' | 'region' | 'run'>): PlayedTypes {
  const clients = new ResourceClients(account);
  const types = [
    networkTypes, routeTypes, securityGroupTypes, launchTemplateTypes, roleTypes, policyTypes, messageTypes, smallTypes, functionTypes,
    clusterTypes, nodeTypes, accessTypes,
  ].flatMap((typesOf) => typesOf(clients)).map(checked);
  return { types, close: () => clients.close() };
}

/** Properties of a resource that its type does not play, by name. */
export function unplayedProperties({ replacedBy, updatedBy }: PlayedType, properties: JsonObject): readonly string[] {
  return Object.keys(properties).filter((name) => !replacedBy.includes(name) && !updatedBy.includes(name));
}

/** A type that refuses properties which it does not play, and makes one resource a token. */
function checked(type: PlayedType): PlayedType {
  const byToken = new Map<string, Promise<MadeResource>>();
  const { update } = type;
  return {
    ...type,
    create: async (resource) => {
      requirePlayed(type, resource);
      const key = `${resource.stack.id} ${resource.logicalId} ${resource.token}`;
      const making = byToken.get(key) ?? type.create(resource);
      byToken.set(key, making);
      making.catch(() => byToken.delete(key));
      return making;
    },
    ...(update !== undefined && {
      update: async (resource, old) => {
        requirePlayed(type, resource);
        return update(resource, old);
      },
    }),
  };
}

/** @throws ResourceFailure `InvalidRequest` */
function requirePlayed(type: PlayedType, { properties }: ResourceRequest): void {
  const [unknown] = unplayedProperties(type, properties);
  if (unknown !== undefined) throw new ResourceFailure('InvalidRequest', `Encountered unsupported property ${unknown}: the rehearsal plays none of that name for ${type.type}.`);
}

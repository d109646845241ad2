import type { Account } from '../../account';
import type { JsonObject } from '../../../json';
import { AwsFault } from '../../aws-answers/aws-request';
import type { MadeResource, ResourceRequest } from '../resource-type';
import { accessTypes } from './access-types';
import { clusterTypes } from './cluster-types';
import { functionTypes } from './function-types';
import { launchTemplateTypes } from './launch-template-type';
import { messageTypes } from './message-types';
import { networkTypes } from './network-types';
import { nodeTypes } from './node-types';
import { type PlayedType, ResourceHandlerFailure } from './played-type';
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
  ].flatMap((typesOf) => typesOf(clients)).map(handled);
  return { types, close: () => clients.close() };
}

/** Properties of a resource that its type does not play, by name. */
export function unplayedProperties({ replacedBy, updatedBy }: PlayedType, properties: JsonObject): readonly string[] {
  return Object.keys(properties).filter((name) => !replacedBy.includes(name) && !updatedBy.includes(name));
}

/**
 * A type as CloudFormation calls it: it refuses properties that it does not play, makes one resource a token, and fails in
 * CloudFormation's words.
 */
function handled(type: PlayedType): PlayedType {
  const byToken = new Map<string, Promise<MadeResource>>();
  const { update } = type;
  return {
    ...type,
    create: (resource) => {
      const key = `${resource.stack.id} ${resource.logicalId} ${resource.token}`;
      const known = byToken.get(key);
      if (known !== undefined) return known;
      const making = inItsWords(resource, () => {
        requirePlayed(type, resource);
        return type.create(resource);
      });
      byToken.set(key, making);
      making.catch(() => byToken.delete(key));
      return making;
    },
    ...(update !== undefined && {
      update: (resource, old) => inItsWords(resource, () => {
        requirePlayed(type, resource);
        return update(resource, old);
      }),
    }),
    delete: (resource) => inItsWords(resource, () => type.delete(resource)),
  };
}

/** @throws AwsFault `InvalidRequest` */
function requirePlayed(type: PlayedType, { properties }: ResourceRequest): void {
  const [unknown] = unplayedProperties(type, properties);
  if (unknown !== undefined) throw new AwsFault('InvalidRequest', `Encountered unsupported property ${unknown}: the rehearsal plays none of that name for ${type.type}.`);
}

async function inItsWords<T>(resource: ResourceRequest, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    resource.signal.throwIfAborted();
    if (error instanceof Error) throw new ResourceHandlerFailure(error, resource.token);
    throw error;
  }
}

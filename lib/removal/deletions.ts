import { type JsonObject, arrayAt, textAt } from '../json';
import { KubernetesRequestRefused } from '../kubernetes/api-request';
import { NAMESPACES } from '../kubernetes/core-kinds';
import type { KubernetesApi } from '../kubernetes/kubernetes-api';
import type { ResourceKind } from '../kubernetes/objects';
import { ADMISSION_API } from '../well-known-keys';
import { listed, withFullStop } from '../words';
import { existing, type NamedObject, objectName, readNamedObject } from './named-objects';

/** A configuration of admission webhooks, by the names of its webhooks. */
interface WebhookConfiguration extends NamedObject {
  readonly webhooks: readonly string[];
}

const webhookConfigurations = (kind: string, plural: string): ResourceKind<WebhookConfiguration> => ({
  apiVersion: ADMISSION_API, kind, plural, isNamespaced: false,
  read: (body: JsonObject) => ({ ...readNamedObject(body), webhooks: arrayAt(body, 'webhooks').map((webhook) => textAt(webhook, 'name') ?? '') }),
});

const WEBHOOK_CONFIGURATIONS = [
  webhookConfigurations('ValidatingWebhookConfiguration', 'validatingwebhookconfigurations'),
  webhookConfigurations('MutatingWebhookConfiguration', 'mutatingwebhookconfigurations'),
];

const API_SERVICES: ResourceKind<NamedObject> = {
  apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', plural: 'apiservices', isNamespaced: false, read: readNamedObject,
};

/** What is looked at only to say who refuses a deletion. */
export const REFUSER_KINDS: readonly ResourceKind<NamedObject>[] = [...WEBHOOK_CONFIGURATIONS, API_SERVICES];

/**
 * The deletions that one pass of a drain asks for.
 *
 * A deletion that a webhook or a policy refuses is noted, and the others go on. A right that is missing ends the pass, and so
 * does a server that does not answer: neither is about one object.
 */
export class Deletions {
  private readonly refusals: { readonly name: string; readonly message: string }[] = [];

  /** Names of the objects whose deletion was asked for, such as `NodePool default`. */
  readonly deleted: string[] = [];

  constructor(private readonly api: KubernetesApi) {}

  /**
   * Asks for the deletion of some objects of a kind. Those for which it was asked already are left alone.
   *
   * @throws LabError what `KubernetesApi` says, but for a deletion that is refused for this object
   */
  async request<T extends NamedObject>(kind: ResourceKind<T>, isMeant: (object: T) => boolean): Promise<void> {
    for (const object of await existing(this.api, kind)) {
      const { name, namespace, deletedAt } = object.metadata;
      if (deletedAt !== undefined || !isMeant(object)) continue;
      try {
        if (await this.api.delete(kind, { name, namespace })) this.deleted.push(objectName(kind, object.metadata));
      } catch (error) {
        if (!isRefusedByAdmission(error)) throw error;
        this.refusals.push({ name: objectName(kind, object.metadata), message: error.message });
      }
    }
  }

  /**
   * Who refuses deletions, a sentence each: which object, who, by which configuration. A namespace that cannot end because the
   * server of an API is gone is among them.
   */
  async refused(): Promise<readonly string[]> {
    const sentences: string[] = [];
    for (const { name, message } of this.refusals) {
      const why = message.replace(REFUSED_PREFIX, '').replace(/\.$/, '');
      sentences.push(`The deletion of ${name} was refused, and not for a missing right: ${why}${await this.configurationOf(message)}.`);
    }
    return [...sentences, ...await this.deadApis()];
  }

  /** The configuration in which the webhook of a message stands, in brackets. */
  private async configurationOf(message: string): Promise<string> {
    const webhook = WEBHOOK.exec(message)?.[1];
    if (webhook === undefined) return '';
    for (const kind of WEBHOOK_CONFIGURATIONS) {
      const configuration = (await existing(this.api, kind)).find(({ webhooks }) => webhooks.includes(webhook));
      if (configuration !== undefined) return ` (${objectName(kind, configuration.metadata)})`;
    }
    return '';
  }

  /** Namespaces stay Terminating while a server that an APIService names does not answer: nobody knows what they hold there. */
  private async deadApis(): Promise<readonly string[]> {
    const stuck = (await existing(this.api, NAMESPACES)).filter(({ metadata, conditions }) => metadata.deletedAt !== undefined
      && conditions.some(({ type, status }) => type === 'NamespaceDeletionDiscoveryFailure' && status === 'True'));
    if (stuck.length === 0) return [];
    const names = listed(stuck.map(({ metadata }) => metadata.name));
    const dead = (await existing(this.api, API_SERVICES)).filter(({ conditions }) => conditions.some(({ type, status }) => type === 'Available' && status === 'False'));
    return dead.map(({ metadata, conditions }) => {
      const why = conditions.find(({ type }) => type === 'Available');
      return withFullStop(`${objectName(API_SERVICES, metadata)} is not available, so that ${stuck.length === 1 ? `namespace ${names} stays` : `namespaces ${names} stay`} Terminating: ${why?.message ?? ''}`);
    });
  }
}

/** How the name of a webhook stands in a message of the API server. */
const WEBHOOK = /(?:admission webhook|failed calling webhook) "([^"]+)"/;

const REFUSED_PREFIX = /^The Kubernetes API refused a request: /;

/** What the API server's authorizers write: `User "kim" cannot delete resource "pods"`. */
const MISSING_RIGHT = /cannot delete resource/;

/** Answers by which admission refuses one object. 404, 409 and 429 say something else, and 401 is about the user. */
const ADMISSION_STATUSES: readonly number[] = [400, 403, 422];

/** Whether a webhook, a policy, or another admission plugin has refused to delete an object; also one that cannot be asked. */
function isRefusedByAdmission(error: unknown): error is KubernetesRequestRefused {
  if (!(error instanceof KubernetesRequestRefused)) return false;
  return WEBHOOK.test(error.message) || (ADMISSION_STATUSES.includes(error.status) && !MISSING_RIGHT.test(error.message));
}

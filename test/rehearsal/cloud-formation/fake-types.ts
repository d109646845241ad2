import type { JsonValue } from '../../../lib/json';
import type { ExistingResourceRequest, MadeResource, ResourceRequest, ResourceType } from '../../../lib/rehearsal/cloud-formation/resource-type';

/** Types of which the tests decide what becomes of each resource. They note what they are asked. */
export class FakeTypes {
  /** Such as `create A`, in their order. */
  readonly calls: string[] = [];
  readonly requests: ResourceRequest[] = [];
  /** What is thrown, once, for a call such as `create A`: before the resource has an id. */
  readonly failures = new Map<string, Error>();
  /** What is thrown, once, after the resource has an id. */
  readonly lateFailures = new Map<string, Error>();
  /** What a call waits for. */
  readonly waits = new Map<string, Promise<unknown>>();
  /** Called at the end of each call. */
  onDone: (verb: string, logicalId: string) => void = () => undefined;
  private made = 0;

  /** @param canUpdate whether there is an update in place, but for the property `Name` */
  of(type: string, canUpdate = true): ResourceType {
    return {
      type,
      replacedBy: ['Name'],
      create: async (resource) => {
        const physicalId = `${resource.logicalId}-${++this.made}`;
        await this.call('create', resource, () => resource.initiated(physicalId));
        return { physicalId, attributes: attributesOf(physicalId) };
      },
      ...(canUpdate ? { update: (resource: ExistingResourceRequest) => this.update(resource) } : {}),
      delete: async (resource) => this.call(`delete`, resource),
    };
  }

  private async update(resource: ExistingResourceRequest): Promise<MadeResource> {
    await this.call('update', resource);
    return { physicalId: resource.physicalId, attributes: resource.attributes };
  }

  private async call(verb: string, resource: ResourceRequest, begun: () => void = () => undefined): Promise<void> {
    const call = `${verb} ${resource.logicalId}`;
    this.calls.push(call);
    this.requests.push(resource);
    failOnce(this.failures, call);
    begun();
    const wait = this.waits.get(call);
    if (wait !== undefined) await Promise.race([wait, aborted(resource.signal)]);
    failOnce(this.lateFailures, call);
    this.onDone(verb, resource.logicalId);
  }
}

function failOnce(failures: Map<string, Error>, call: string): void {
  const failure = failures.get(call);
  failures.delete(call);
  if (failure !== undefined) throw failure;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('The wait is broken off.')), { once: true }));
}

/** Every attribute that a template may ask for. */
function attributesOf(physicalId: string): Readonly<Record<string, JsonValue>> {
  return new Proxy<Record<string, JsonValue>>({}, { get: (_target, name) => typeof name === 'string' ? `${physicalId}.${name}` : undefined });
}

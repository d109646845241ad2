import { arrayAt, isJsonObject, type JsonObject, objectAt, textAt } from '../../json';

/**
 * What to ask moto to launch: the parameters of a RunInstances request and those of its launch template, of which moto itself
 * takes only a few. Where both say something, the request counts; tags of both are set.
 *
 * The subnet and the groups stand where moto reads them: the subnet and the interface's end with the instance in the
 * interface, the groups beside it.
 */
export function completeLaunch(own: JsonObject, template: JsonObject): JsonObject {
  const both = { ...template, ...own };
  const { SubnetId: subnet, NetworkInterface: _interfaces, SecurityGroupId: _groups, TagSpecification: _tags, ...rest } = both;
  const [primary, ...others] = arrayAt(both, 'NetworkInterface');
  const { SecurityGroupId: interfaceGroups, ...networkInterface } = objectAt(primary);
  const groups = interfaceGroups ?? both['SecurityGroupId'];
  const subnetId = subnet ?? networkInterface['SubnetId'];
  return {
    ...rest,
    ...(groups === undefined ? {} : { SecurityGroupId: groups }),
    NetworkInterface: [
      {
        DeviceIndex: '0',
        // EC2's own default, where moto's is to keep the interface.
        DeleteOnTermination: 'true',
        ...networkInterface,
        ...(subnetId === undefined ? {} : { SubnetId: subnetId }),
      },
      ...others,
    ],
    TagSpecification: mergedTags(template, own),
  };
}

/** Tags of a resource that is made by a launch, such as `instance`. */
export function tagsFor(resourceType: string, launch: JsonObject): Readonly<Record<string, string>> {
  const pairs = arrayAt(launch, 'TagSpecification')
    .filter((specification) => textAt(specification, 'ResourceType') === resourceType)
    .flatMap((specification) => arrayAt(specification, 'Tag'))
    .filter(isJsonObject)
    .map((tag) => [textAt(tag, 'Key') ?? '', textAt(tag, 'Value') ?? ''] as const);
  return Object.fromEntries(pairs);
}

/** A list of tags, as EC2's requests write it. */
export function tagSpecification(resourceType: string, tags: Readonly<Record<string, string>>): JsonObject {
  return { ResourceType: resourceType, Tag: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

function mergedTags(...launches: readonly JsonObject[]): readonly JsonObject[] {
  const types = new Set(launches.flatMap((launch) => arrayAt(launch, 'TagSpecification')).flatMap((specification) => textAt(specification, 'ResourceType') ?? []));
  return [...types].map((type) => tagSpecification(type, Object.assign({}, ...launches.map((launch) => tagsFor(type, launch))) as Record<string, string>));
}

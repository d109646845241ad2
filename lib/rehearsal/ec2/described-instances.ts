/** What moto says of instances and interfaces, corrected where EC2 says it otherwise. */
export function correctedDescription(body: string, region: string): string {
  return withRegionalNames(withSpotRequests(body), region);
}

/** moto names interfaces, and instances of fleets, as us-east-1 does. */
function withRegionalNames(body: string, region: string): string {
  return region === 'us-east-1' ? body : body.replace(/\b(ip-\d+-\d+-\d+-\d+)\.ec2\.internal\b/g, `$1.${region}.compute.internal`);
}

/** By the id of its request Karpenter knows an instance for a spot instance; moto keeps none for RunInstances. An instance's id comes after its lifecycle. */
function withSpotRequests(body: string): string {
  return body.replace(/<instanceLifecycle>spot<\/instanceLifecycle>(?:(?!<spotInstanceRequestId>).)*?<instanceId>(i-[0-9a-f]+)<\/instanceId>/gs,
    (item, id: string) => `${item}<spotInstanceRequestId>${spotRequestId(id)}</spotInstanceRequestId>`);
}

/** Id of the request behind a spot instance: made from the instance's, so that nothing need be kept. */
export function spotRequestId(instanceId: string): string {
  return `sir-${instanceId.slice(2, 10)}`;
}

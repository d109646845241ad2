import type { CheckContext } from './check';

/** How many resources of a type the lab's own stack has in the account already. */
export async function ownCount({ stack }: CheckContext, type: string): Promise<number> {
  const deployed = await stack();
  return deployed?.resources.filter((resource) => resource.type === type && resource.physicalId !== '').length ?? 0;
}

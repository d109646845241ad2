import { isAwsError } from '../../aws/aws-failure';
import { listed } from '../plan/phrases';
import type { CheckFinding } from '../preflight-result';
import type { CheckContext } from './check';
import { failed, passed, warned } from './finding';
import { fixedNames, type NamedType } from './fixed-names';
import { ownStack } from './own-stack';

/** More free names than this are counted, not listed. */
const SHOWN_NAMES = 2;

/** What the names of a type are compared with. */
export interface NameSearch {
  readonly type: NamedType;
  /** What has such a name, in words: `role`. */
  readonly noun: string;
  /** Whether the account has it. */
  readonly exists: (name: string) => Promise<boolean>;
}

/** Whether the names that stand in the template are free, or belong to the lab's own stack. */
export async function nameClashFinding(context: CheckContext, ...searches: readonly NameSearch[]): Promise<CheckFinding> {
  const { isKnown, stack } = await ownStack(context);
  const own = stack?.resources ?? [];
  const isOwn = (type: NamedType, name: string): boolean =>
    own.some((resource) => resource.type === type && (resource.physicalId === name || resource.physicalId.endsWith(`/${name}`)));
  const names = searches.flatMap(({ type, noun, exists }) =>
    fixedNames(context.lab.stack, type).filter((name) => !isOwn(type, name)).map((name) => ({ noun, name, exists })));
  const taken = await Promise.all(names.map(async ({ noun, name, exists }) => await exists(name) ? [`${noun} ${name}`] : []));
  const clashes = taken.flat();
  if (clashes.length > 0) {
    const seen = `${listed(clashes)} ${clashes.length === 1 ? 'exists' : 'exist'} already`;
    const remedy = 'Run `npm run lab -- sweep` if an earlier class left it; else set another clusterName in lab.yaml.';
    return isKnown
      ? failed(`${seen}, without the stack: left by an earlier class, or another's.`, remedy)
      : warned(`${seen}. Whether the lab is deployed, and they are its own, is not known.`, remedy);
  }
  if (names.length === 0) return passed('All belong to the lab\'s own stack.');
  return passed(names.length > SHOWN_NAMES ? `${names.length} names are free.` : `${listed(names.map(({ name }) => name))} ${names.length === 1 ? 'is' : 'are'} free.`);
}

/** Whether something is found: the errors with these names say that it is not. */
export async function isFound(look: () => Promise<unknown>, ...absentNames: readonly string[]): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (error) {
    if (isAwsError(error, ...absentNames)) return false;
    throw error;
  }
}
